package dev.varve.reliability;

import com.fasterxml.jackson.databind.JsonNode;
import dev.varve.Varve;
import dev.varve.check.CheckScope;
import dev.varve.check.Finding;
import dev.varve.check.RepositoryCheck;
import dev.varve.error.StoreException;
import dev.varve.tools.DamageReport;
import dev.varve.version.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.logging.LogManager;

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

  /** So many damages are read only as a whole, for one that is read in every way. */
  private static final int EVERY_PATH = 4;

  /** And so many in every way but over HTTP, for one that is. */
  private static final int SERVE = 4;

  /** For so many damages the command is asked, which takes longer than all the rest. */
  private static final int REPORT = 5;

  private static final Set<String> CHUNKS =
      Set.of(Damage.FLIP_VALUE_FILE.name(), Damage.FLIP_KIND.name() + ":" + StoredBits.Kind.CHUNK);

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
    // What the server logs of damage would stand among the lines that are told.
    LogManager.getLogManager().reset();
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

  private static Truth truth(Path repository) throws IOException {
    try (Repository opened = Varve.open(repository)) {
      return new Truth(opened);
    }
  }

  private void attempt(int number, Damage damage, Random random, Truth truth) throws IOException {
    Path copy = work.resolve("copy" + number);
    Folders.copy(damage.ofFiles() ? large : small, copy);
    Damage.Done done = damage.apply(copy, random);
    System.out.println("try " + number + " " + done.label() + " " + done.place());
    System.out.println(
        number + " " + done.label() + " " + outcome(number, done.label(), copy, truth));
    Folders.delete(copy);
  }

  private Outcome outcome(int number, String label, Path copy, Truth truth) throws IOException {
    try (Repository opened = Varve.open(copy)) {
      Truth.Reading reading = truth.compare(opened);
      if (number % EVERY_PATH == 0) {
        Path scratch = Files.createDirectory(work.resolve("scratch" + number));
        boolean serve = number % (SERVE * EVERY_PATH) == 0;
        Truth.Reading paths = truth.comparePaths(copy, scratch, serve);
        reading = reading.compareTo(paths) > 0 ? reading : paths;
        Folders.delete(scratch);
      }
      List<Finding> findings = new ArrayList<>();
      new RepositoryCheck(opened, 1, findings::add).run(CheckScope.EVERYTHING);
      findings.forEach(DamageWork::requireDetail);
      if (reading == Truth.Reading.WRONG) {
        return Outcome.SILENT;
      }
      if (!findings.isEmpty()) {
        if (number % REPORT == 0 && CHUNKS.contains(label)) {
          requireCoordinates(DamageReport.of(copy));
        }
        return Outcome.FOUND;
      }
      return reading == Truth.Reading.TRUE ? Outcome.HARMLESS : Outcome.SILENT;
    } catch (StoreException refused) {
      return Outcome.REFUSED;
    }
  }

  /** The command tells array and chunk, object, expected and actual hash. */
  private static void requireCoordinates(List<JsonNode> lines) {
    for (JsonNode line : lines) {
      String[] key = line.path("key").asText().split("/c/", 2);
      String coordinates = line.path("chunk").toString().replaceAll("[\\[\\] ]", "");
      if (key.length == 2
          && !(line.path("array").asText().equals("/" + key[0])
              && coordinates.equals(key[1].replace('/', ','))
              && line.path("object").asText().matches("[0-9a-f]{64}")
              && line.path("expected").asText().equals(line.path("object").asText())
              && line.path("actual").asText().matches("[0-9a-f]{64}"))) {
        throw new IllegalStateException("the command says too little: " + line);
      }
    }
    if (lines.isEmpty()) {
      throw new IllegalStateException("the command finds nothing");
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
