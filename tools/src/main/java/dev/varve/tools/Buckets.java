package dev.varve.tools;

import dev.varve.error.StoreException;
import dev.varve.ref.Backend;
import dev.varve.ref.Nonce;
import dev.varve.s3.RaceReport;
import dev.varve.s3.S3Backend;
import dev.varve.s3.S3Doctor;
import dev.varve.s3.S3Finding;
import dev.varve.s3.S3Location;
import dev.varve.s3.S3Settings;
import dev.varve.version.Environment;
import dev.varve.version.RepositoryConfig;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Repositories in buckets. Apart from {@link Backends}, so that a command on a local repository
 * loads nothing of the SDK.
 */
final class Buckets {
  /** What {@code init} races: enough for servers that look too early, a second on a good one. */
  private static final int SLOW = 2;

  private static final int QUICK = 6;

  private Buckets() {}

  /**
   * The storage of a new repository, on a server that keeps create-only writes apart, or where one
   * writer at a time is enough.
   */
  static Backend create(S3Location location, boolean singleWriter) {
    Backend made = S3Backend.create(location, settings());
    boolean fit = false;
    try {
      // Where a repository is already, that is what will be said.
      if (made.config().isEmpty()) {
        requireSafe(location, singleWriter);
      }
      fit = true;
      return made;
    } finally {
      if (!fit) {
        made.close();
      }
    }
  }

  static Backend open(S3Location location) {
    // Whether a repository is there shows when its configuration is read, which is done once.
    return S3Backend.create(location, settings());
  }

  private static void requireSafe(S3Location location, boolean singleWriter) {
    try (S3Doctor doctor = doctor(location, Environment.system())) {
      try {
        if (singleWriter) {
          requireListings(location, doctor.listings());
        } else {
          requireOneWinner(location, doctor.race(SLOW, QUICK));
        }
      } finally {
        doctor.clean();
      }
    }
  }

  private static void requireListings(S3Location location, Optional<S3Finding> against) {
    if (against.isPresent()) {
      throw Refusal.failed(
          "unsafe",
          "cannot make a repository at "
              + location
              + ": "
              + against.get().words()
              + "; one writer could not see another",
          "choose another server (docs/s3.md names some); 'varve doctor' tells more");
    }
  }

  private static void requireOneWinner(S3Location location, RaceReport race) {
    if (!race.safe()) {
      throw Refusal.failed(
          "unsafe",
          "cannot make a repository at "
              + location
              + ": the server "
              + race.words()
              + "; two writers would overwrite each other's commits",
          "choose a server that keeps If-None-Match (docs/s3.md names some), or, where one process"
              + " at a time writes, 'init --single-writer'; 'varve doctor' tells more");
    }
  }

  /**
   * Examines a server and a bucket.
   *
   * @return the keys that could not be removed afterwards
   */
  static Set<String> examine(
      S3Location location, Environment environment, Consumer<Checked> found) {
    try (S3Doctor doctor = doctor(location, environment)) {
      try {
        doctor.examine(singleWriter(location), each -> found.accept(checked(each)));
      } catch (RuntimeException | Error failed) {
        doctor.clean();
        throw failed;
      }
      return doctor.clean();
    }
  }

  /** Whether a repository is there that is for one writer at a time. */
  private static boolean singleWriter(S3Location location) {
    try (S3Backend there = S3Backend.create(location, settings())) {
      return there
          .config()
          .map(RepositoryConfig::decode)
          .filter(RepositoryConfig::singleWriter)
          .isPresent();
    } catch (StoreException unreadable) {
      // The examination will say what is wrong.
      return false;
    }
  }

  /** Lets others write in spite of writers that are known to have died; says how many. */
  static int breakWriters(S3Location location) {
    try (S3Backend there = S3Backend.open(location, settings())) {
      return there.breakWriters();
    }
  }

  private static Checked checked(S3Finding found) {
    return new Checked(
        found.check(), Checked.Verdict.valueOf(found.verdict().name()), found.words());
  }

  private static S3Doctor doctor(S3Location location, Environment environment) {
    Nonce id = environment.nonce();
    return S3Doctor.of(
        location, settings(), () -> Instant.ofEpochMilli(environment.nowMillis()), id.toString());
  }

  private static S3Settings settings() {
    // The SDK speaks through slf4j, which has nobody to speak to here, and would say so.
    System.setProperty("slf4j.internal.verbosity", "ERROR");
    return S3Settings.standard(new SplittableRandom());
  }
}
