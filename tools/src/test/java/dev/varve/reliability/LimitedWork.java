package dev.varve.reliability;

import dev.varve.Varve;
import dev.varve.error.StoreException;
import dev.varve.hash.HashAlgorithm;
import dev.varve.tree.Key;
import dev.varve.version.CommitInfo;
import dev.varve.version.CommitOutcome;
import dev.varve.version.Repository;
import dev.varve.version.Transaction;
import dev.varve.zarr.DirectorySource;
import dev.varve.zarr.Exporter;
import dev.varve.zarr.ImportOptions;
import dev.varve.zarr.Importer;
import dev.varve.zarr.TransferProgress;
import dev.varve.zarr.ZarrPath;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;

/**
 * A process that commits, imports and exports while its disk fails, and tells how that was said.
 *
 * <pre>
 * commit ID
 * refused OPERATION: MESSAGE
 * end
 * </pre>
 */
final class LimitedWork {
  private final Repository repository;
  private final Path source;
  private final Path exports;
  private final Random random;

  private LimitedWork(Repository repository, Path source, Path exports, long seed) {
    this.repository = repository;
    this.source = source;
    this.exports = exports;
    this.random = new Random(seed);
  }

  /** Arguments: repository, directory to import, folder for exports, seed, steps. */
  public static void main(String[] arguments) {
    Path path = Path.of(arguments[0]);
    try (Repository repository = Varve.open(path)) {
      LimitedWork work =
          new LimitedWork(
              repository,
              Path.of(arguments[1]),
              Path.of(arguments[2]),
              Long.parseLong(arguments[3]));
      for (int step = 0; step < Integer.parseInt(arguments[4]); step++) {
        work.step(step);
      }
    } catch (StoreException refused) {
      System.out.println("refused open: " + refused.getMessage());
    }
    System.out.println("end");
  }

  private void step(int step) {
    String operation = step % 4 == 1 ? "import" : step % 4 == 3 ? "export" : "commit";
    try {
      switch (operation) {
        case "commit" -> commit();
        case "import" -> load();
        default -> export(step);
      }
    } catch (StoreException refused) {
      System.out.println("refused " + operation + ": " + refused.getMessage());
    }
  }

  private void commit() {
    try (Transaction edits = repository.begin("main")) {
      for (int i = 0; i < 1 + random.nextInt(4); i++) {
        byte[] value = new byte[random.nextInt(1 << 20)];
        random.nextBytes(value);
        edits.put(Key.of("own/c/" + random.nextInt(1000)), ByteBuffer.wrap(value));
      }
      told(edits.commit(CommitInfo.of("commit")));
    }
  }

  private void load() {
    try (Transaction edits = repository.begin("main")) {
      ImportOptions options =
          new ImportOptions(
              ZarrPath.of("/in-" + random.nextInt(1000)), ImportOptions.Rest.DELETE, 2);
      new Importer(HashAlgorithm.SHA256, options, TransferProgress.NONE)
          .run(new DirectorySource(source), edits);
      told(edits.commit(CommitInfo.of("import")));
    }
  }

  private void export(int step) {
    new Exporter(repository.environment(), 2, TransferProgress.NONE)
        .run(
            repository.snapshot("main"),
            ZarrPath.ROOT,
            exports.resolve(step + (random.nextBoolean() ? ".zip" : "")));
  }

  private static void told(CommitOutcome outcome) {
    if (outcome instanceof CommitOutcome.Committed done) {
      System.out.println("commit " + done.id());
    }
  }
}
