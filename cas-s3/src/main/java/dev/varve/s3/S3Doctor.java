package dev.varve.s3;

import dev.varve.error.StoreException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/**
 * Finds out by trying whether a repository is safe on a server, and whether the bucket's rules
 * leave it alone. Writes only below {@code doctor/} of the repository's prefix, a few MiB, and
 * removes that again as far as it may. One thread.
 */
public final class S3Doctor implements AutoCloseable {
  private static final int RACERS = 16;
  private static final int SLOW_ROUNDS = 4;
  private static final int QUICK_ROUNDS = 16;

  private final Probe probe;
  private final S3Layout layout;
  private final Attempts attempts;
  private final InstantSource clock;
  private final String folder;
  private final Set<String> written = new LinkedHashSet<>();

  S3Doctor(Probe probe, S3Layout layout, Attempts attempts, InstantSource clock, String id) {
    this.probe = probe;
    this.layout = layout;
    this.attempts = attempts;
    this.clock = clock;
    this.folder = layout.doctor(id);
  }

  /**
   * For a place, with the environment's credentials. Sends nothing yet.
   *
   * @param clock is compared with the server's
   * @param id names the folder of this examination: letters and digits that nobody else uses
   */
  public static S3Doctor of(
      S3Location location, S3Settings settings, InstantSource clock, String id) {
    return of(location, settings, RenewedCredentials.ofEnvironment(), clock, id);
  }

  /** As {@link #of(S3Location, S3Settings, InstantSource, String)}, with other credentials. */
  public static S3Doctor of(
      S3Location location,
      S3Settings settings,
      AwsCredentialsProvider credentials,
      InstantSource clock,
      String id) {
    return new S3Doctor(
        new AwsProbe(location, credentials, RACERS * 2),
        new S3Layout(location.prefix()),
        settings.patience(),
        clock,
        id);
  }

  /** Where objects are written while it examines, for messages. */
  public String folder() {
    return folder;
  }

  /**
   * Races 16 writers for one object in some rounds.
   *
   * @param slow rounds with bodies that stop halfway, which find servers that look too early
   * @param quick rounds with small bodies
   * @throws StoreException where requests are refused
   */
  public RaceReport race(int slow, int quick) {
    try {
      return new CreateRace(probe, attempts, folder, written::add).run(RACERS, slow, quick);
    } catch (S3Failure refused) {
      throw refused.toStoreException();
    }
  }

  /**
   * Tries whether listings show what was written, which is all that one writer at a time needs.
   *
   * @return what stands against it, or empty
   */
  public Optional<S3Finding> listings() {
    List<S3Finding> against = new ArrayList<>();
    new ListingChecks(probe, attempts, folder, written::add)
        .run(
            found -> {
              if (found.verdict() == S3Finding.Verdict.UNSAFE) {
                against.add(found);
              }
            });
    return against.stream().findFirst();
  }

  /**
   * Tries everything that matters and tells each finding as soon as it is known. Never fails: what
   * cannot be found out is a finding, too.
   *
   * @param singleWriter whether the repository there promises to have one writer at a time
   */
  public void examine(boolean singleWriter, Consumer<S3Finding> found) {
    ObjectChecks objects = new ObjectChecks(probe, attempts, folder, written::add);
    BucketChecks rules = new BucketChecks(probe, attempts, layout, clock);
    if (!rules.reach(found)) {
      return;
    }
    if (objects.write(found)) {
      race(singleWriter, found);
      objects.run(found);
      new ListingChecks(probe, attempts, folder, written::add).run(found);
      rules.clock(folder + ObjectChecks.FIRST, found);
    }
    rules.run(found);
  }

  private void race(boolean singleWriter, Consumer<S3Finding> found) {
    try {
      RaceReport report = race(SLOW_ROUNDS, QUICK_ROUNDS);
      if (report.safe()) {
        found.accept(S3Finding.good("race", "create-only writes are safe: " + report.words()));
      } else if (singleWriter) {
        found.accept(
            S3Finding.warning(
                "race",
                "the server "
                    + report.words()
                    + "; this repository is for one writer at a time, and may never have two"));
      } else {
        found.accept(
            S3Finding.unsafe(
                "race",
                "the server "
                    + report.words()
                    + "; two writers would overwrite each other's commits"));
      }
    } catch (StoreException refused) {
      found.accept(S3Finding.unsafe("race", "create-only writes fail: " + refused.getMessage()));
    }
  }

  /**
   * Removes what was written.
   *
   * @return the keys that are perhaps still there, because removing them was refused
   */
  public Set<String> clean() {
    Set<String> left = new LinkedHashSet<>();
    for (String key : written) {
      try {
        attempts.repeat(
            () -> {
              probe.bucket().delete(key);
              return key;
            });
      } catch (S3Failure refused) {
        left.add(key);
      }
    }
    written.clear();
    return left;
  }

  @Override
  public void close() {
    probe.close();
  }
}
