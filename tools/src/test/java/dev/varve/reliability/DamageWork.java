package dev.varve.reliability;

import dev.varve.Varve;
import dev.varve.check.CheckScope;
import dev.varve.check.Finding;
import dev.varve.check.RepositoryCheck;
import dev.varve.error.StoreException;
import dev.varve.version.Repository;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A process that damages copies of two repositories, one without values that are files and one with
 * them, and tells for each damage what became of it.
 *
 * <pre>
 * try NUMBER DAMAGE PLACE
 * NUMBER DAMAGE OUTCOME
 * end
 * </pre>
 */
final class DamageWork {
  /** What became of a damage. */
  enum Outcome {
    /** Refused when the repository was opened. */
    REFUSED,
    /** Told by the check, and what was read was true or refused. */
    FOUND,
    /** Nothing that is stored changed: everything reads as before, and the check finds nothing. */
    HARMLESS,
    /** Told by nobody, or read as if it were true. */
    SILENT
  }

  private final Path small;
  private final Path large;
  private final Path work;

  private DamageWork(Path small, Path large, Path work) {
    this.small = small;
    this.large = large;
    this.work = work;
  }

  /** Arguments: the two repositories, an empty folder, seed, first number, last number. */
  public static void main(String[] arguments) throws IOException {
    DamageWork work =
        new DamageWork(Path.of(arguments[0]), Path.of(arguments[1]), Path.of(arguments[2]));
    Truth ofSmall = truth(work.small);
    Truth ofLarge = truth(work.large);
    long seed = Long.parseLong(arguments[3]);
    for (int i = Integer.parseInt(arguments[4]); i <= Integer.parseInt(arguments[5]); i++) {
      Random random = new Random((seed + i) * 0x9E3779B97F4A7C15L);
      Damage damage = Damage.draw(random);
      work.attempt(i, damage, random, damage.ofFiles() ? ofLarge : ofSmall);
    }
    System.out.println("end");
  }

  private static Truth truth(Path repository) {
    try (Repository opened = Varve.open(repository)) {
      return new Truth(opened);
    }
  }

  private void attempt(int number, Damage damage, Random random, Truth truth) throws IOException {
    Path copy = work.resolve("copy" + number);
    Folders.copy(damage.ofFiles() ? large : small, copy);
    String place = damage.apply(copy, random);
    System.out.println("try " + number + " " + damage + " " + place);
    System.out.println(number + " " + damage + " " + outcome(copy, truth));
    Folders.delete(copy);
  }

  private static Outcome outcome(Path copy, Truth truth) {
    try (Repository opened = Varve.open(copy)) {
      Truth.Reading reading = truth.compare(opened);
      List<Finding> findings = new ArrayList<>();
      new RepositoryCheck(opened, 1, findings::add).run(CheckScope.EVERYTHING);
      findings.forEach(DamageWork::requireDetail);
      if (reading == Truth.Reading.WRONG) {
        return Outcome.SILENT;
      }
      if (!findings.isEmpty()) {
        return Outcome.FOUND;
      }
      return reading == Truth.Reading.TRUE ? Outcome.HARMLESS : Outcome.SILENT;
    } catch (StoreException refused) {
      return Outcome.REFUSED;
    }
  }

  /** Says which object, of which key, and what was expected and found. */
  private static void requireDetail(Finding finding) {
    // A root's last key is known to nobody but the root.
    boolean keyed = finding.role() == Finding.Role.VALUE;
    boolean held = keyed || finding.role() == Finding.Role.NODE;
    if (finding.object().isEmpty()
        || finding.message().isEmpty()
        || keyed && finding.key().isEmpty()
        || held && finding.revisions().isEmpty()
        || finding.actual().isPresent() && finding.expected().isEmpty()) {
      throw new IllegalStateException("a finding says too little: " + finding);
    }
  }
}
