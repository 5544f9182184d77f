package dev.varve.tools;

import dev.varve.version.Repository;
import dev.varve.version.Snapshot;
import dev.varve.zarr.ExportReport;
import dev.varve.zarr.Exporter;
import dev.varve.zarr.ZarrPath;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a snapshot out as a plain Zarr store. */
@Command(
    name = "export",
    description = "Write a revision as a plain Zarr store: a directory or a zip.")
final class Export extends Subcommand {
  @Parameters(index = "0", paramLabel = "REPO", description = "The repository.")
  private String repo = "";

  @Parameters(index = "1", paramLabel = "REV", description = "The revision.")
  private String revision = "";

  @Parameters(
      index = "2",
      paramLabel = "DEST",
      description = "A new .zip, or a directory that is empty or absent.")
  private String destination = "";

  @Option(
      names = "--at",
      paramLabel = "/GROUP",
      defaultValue = "/",
      description = "What to write (default: /, everything).")
  private String at = "/";

  Export(Console console) {
    super(console);
  }

  @Override
  String example() {
    return "varve init $R && echo 21.5 | varve put $R air/c/0 - && varve export $R main $R.zip";
  }

  @Override
  int run(Output out) {
    ZarrPath from = ZarrPath.of(at);
    Path to = FilePath.of(destination, "a directory or a .zip");
    try (Repository repository = open(repo, revision);
        Progress progress = out.progress("exporting")) {
      Snapshot snapshot = repository.snapshot(revision);
      int threads = Runtime.getRuntime().availableProcessors();
      ExportReport report =
          new Exporter(repository.environment(), threads, progress::at).run(snapshot, from, to);
      progress.wipe();
      if (out.json()) {
        out.line(
            JsonLine.of("export")
                .put("keys", report.keys())
                .put("bytes", report.bytes())
                .put("dest", destination));
      } else {
        out.words(
            "exported "
                + Words.count(report.keys(), "key")
                + ", "
                + Words.size(report.bytes())
                + ", to "
                + destination);
      }
    }
    return Failure.OK;
  }
}
