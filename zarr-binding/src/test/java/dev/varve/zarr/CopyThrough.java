package dev.varve.zarr;

import dev.varve.version.CommitInfo;
import dev.varve.version.Transaction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A program of its own, for tests that need another heap or another locale: imports a directory
 * into a new repository and exports it again. Prints how many keys came out.
 */
final class CopyThrough {
  private CopyThrough() {}

  /** Arguments: the directory to import, the directory or zip to export to. */
  public static void main(String[] args) {
    try (TestRepository repository = new TestRepository()) {
      try (ImportSource source = ImportSource.open(Path.of(args[0]));
          Transaction transaction = repository.repository().begin("main")) {
        new Importer(repository.algorithm(), ImportOptions.DEFAULT, TransferProgress.NONE)
            .run(source, transaction);
        transaction.commit(CommitInfo.of("import"));
      }
      ExportReport report =
          new Exporter(TestRepository.environment(), 2, TransferProgress.NONE)
              .run(repository.main(), ZarrPath.ROOT, Path.of(args[1]));
      System.out.println(report.keys());
    }
  }

  /** Runs the program with JVM options and a locale; returns what it printed. */
  static String run(String heap, String locale, Path from, Path to)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx" + heap,
            "-cp",
            System.getProperty("java.class.path"),
            CopyThrough.class.getName(),
            from.toString(),
            to.toString());
    builder.environment().put("LC_ALL", locale);
    builder.redirectErrorStream(true);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output.strip();
  }
}
