package dev.varve.tools;

import dev.varve.blob.WriteTotals;
import dev.varve.hash.ContentHash;
import dev.varve.ref.RefName;
import dev.varve.version.Changes;
import dev.varve.version.Refs;
import dev.varve.version.Repository;
import dev.varve.version.Transaction;
import dev.varve.version.View;
import dev.varve.zarr.FileMemory;
import dev.varve.zarr.ImportOptions;
import dev.varve.zarr.ImportOptions.Rest;
import dev.varve.zarr.ImportReport;
import dev.varve.zarr.ImportSource;
import dev.varve.zarr.Importer;
import dev.varve.zarr.ZarrPath;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes a Zarr store in, in one commit. */
@Command(
    name = "import",
    description = "Take in a Zarr store, a directory or a zip, in one commit.")
final class Import extends Subcommand {
  @Parameters(index = "0", paramLabel = "SRC", description = "A directory or a zip file.")
  private String source = "";

  @Parameters(index = "1", paramLabel = "REPO", description = "The repository.")
  private String repo = "";

  @Mixin private WriteOptions write = new WriteOptions();

  @Option(
      names = "--at",
      paramLabel = "/GROUP",
      defaultValue = "/",
      description = "Where to put it (default: /).")
  private String at = "/";

  @Option(names = "--delete", description = "Remove keys there that SRC lacks.")
  private boolean delete;

  @Option(names = "--dry-run", description = "Say what would be done, and do nothing.")
  private boolean dryRun;

  @Option(
      names = "--base",
      paramLabel = "REV",
      description = "The revision that SRC was made from; a new branch begins there.")
  private @Nullable String base;

  @Option(
      names = "--rehash",
      description =
          "Read every file of a directory, whatever is remembered of its files' times and sizes.")
  private boolean rehash;

  Import(Console console) {
    super(console);
  }

  @Override
  String example() {
    return "mkdir -p $R-in && echo '{\"zarr_format\":2}' > $R-in/.zgroup && varve init $R && varve import $R-in $R -m first";
  }

  @Override
  int run(Output out) {
    ImportOptions options =
        ImportOptions.DEFAULT.at(ZarrPath.of(at)).rest(delete ? Rest.DELETE : Rest.KEEP);
    Path path = FilePath.of(source, "a directory or a zip file");
    try (Repository repository = open(repo, write.first(base));
        FileMemory memory = memory(repository, path);
        ImportSource from = ImportSource.open(path, memory);
        Progress progress = out.progress("importing")) {
      Importer importer = new Importer(repository.config().hash(), options, progress::at);
      if (dryRun) {
        preview(repository, importer, from, out);
        return Failure.OK;
      }
      try (Transaction edits = write.begin(repository, base)) {
        importer.run(from, edits);
        String derived = "import " + path.getFileName() + (at.equals("/") ? "" : " at " + at);
        var outcome = edits.commit(write.info(derived));
        memory.keep();
        progress.wipe();
        return new Outcomes(repository, out)
            .tell(write.branch(), outcome, edits.base().stream().toList());
      }
    }
  }

  /** What earlier imports remember of the directory's files. */
  private FileMemory memory(Repository repository, Path directory) {
    return cache
        .files(console.environment())
        .map(
            folder ->
                FileMemory.of(
                    folder,
                    directory,
                    repository.config().hash(),
                    repository.environment().nowMillis(),
                    rehash))
        .orElse(FileMemory.NONE);
  }

  private void preview(Repository repository, Importer importer, ImportSource from, Output out) {
    Optional<ContentHash> state =
        base == null
            ? repository.refs().find(RefName.branch(write.branch())).map(Refs.Named::commit)
            : Optional.of(repository.resolve(base));
    View view =
        state.isPresent()
            ? repository.snapshot(state.get())
            : repository.view(repository.emptyManifest());
    ImportReport report = importer.preview(from, view);
    Changes changes = new Changes(report.added(), report.changed(), report.deleted());
    if (out.json()) {
      out.line(
          Outcomes.write(
                  null,
                  state.stream().toList(),
                  write.branch(),
                  null,
                  changes,
                  WriteTotals.NONE,
                  changes.equals(Changes.NONE))
              .put("dry_run", true));
    } else {
      out.words(
          "would import "
              + Words.count(report.keys(), "key")
              + ", "
              + Words.size(report.bytes())
              + ", into "
              + write.branch()
              + ": "
              + Outcomes.keys(changes));
    }
  }
}
