package dev.varve.tools;

import dev.varve.Varve;
import dev.varve.check.Finding;
import dev.varve.error.CorruptDataException;
import dev.varve.error.StoreException;
import dev.varve.lmdb.LmdbBackend;
import dev.varve.ref.Backend;
import dev.varve.ref.CheckableBackend;
import dev.varve.repair.Repair;
import dev.varve.repair.RepairEvent;
import dev.varve.repair.RepairOptions;
import dev.varve.repair.RepairReport;
import dev.varve.version.Environment;
import dev.varve.version.Repository;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Mends what can be mended. */
@Command(
    name = "repair",
    description =
        "Mend damaged and missing objects from whatever still holds them, and tell what stays lost."
            + " Damaged bytes are kept aside; nothing is deleted.")
final class RepairRepository extends Subcommand {
  @Parameters(index = "0", paramLabel = "REPO", description = "The repository.")
  private String repo = "";

  @Option(
      names = "--from",
      paramLabel = "OTHER",
      description = "A repository that may hold what is lost here, such as a clone.")
  private @Nullable String from;

  @Option(names = "--dry-run", description = "Say what would be done, and change nothing.")
  private boolean dryRun;

  RepairRepository(Console console) {
    super(console);
  }

  @Override
  String example() {
    return "varve init $R && echo 21.5 | varve put $R air/c/0 - && varve clone $R $R-copy && varve repair $R --from $R-copy";
  }

  /** What was not told may be lost. */
  @Override
  int exitWhenReaderGone() {
    return Failure.FAILED;
  }

  @Override
  int run(Output out) {
    Environment environment = Repositories.environment(console.environment());
    try (Repository other = from == null ? null : open(from);
        Progress progress = out.progress("repairing")) {
      // Whether the other one can be used is known before anything is changed.
      RepairOptions.Refs refs = wholeStructure(out, progress);
      try (Backend backend = Repositories.backend(console, repo, s3)) {
        return run(out, backend, environment, Optional.ofNullable(other), refs, progress);
      }
    }
  }

  /** Replaces a file whose structure is damaged: nothing could be mended in it. */
  private RepairOptions.Refs wholeStructure(Output out, Progress progress) {
    if (S3Options.isS3(repo)) {
      // A bucket has no structure beside its objects.
      return RepairOptions.Refs.ALL_HERE;
    }
    try (Backend backend = Repositories.backend(console, repo, s3)) {
      if (backend instanceof CheckableBackend checkable) {
        checkable.checkStructure();
      }
      return RepairOptions.Refs.ALL_HERE;
    } catch (CorruptDataException damaged) {
      if (dryRun) {
        throw Refusal.of(
            new Failure(
                "damage",
                Failure.DAMAGE,
                String.valueOf(damaged.getMessage()),
                "a repair would make its file anew from what can be saved; what is lost shows only then"));
      }
      LmdbBackend.Rebuilt rebuilt = console.backends().rebuild(Repositories.directory(repo));
      RepairLines lines = new RepairLines(new DamageLines(Optional::empty, out), out, progress);
      lines.tell(
          new RepairEvent.MovedAside(
              Finding.Role.STORAGE, "storage", damaged.object(), rebuilt.kept().toString()));
      lines.tell(
          new RepairEvent.Repaired(
              Finding.Role.STORAGE, "storage", damaged.object(), RepairEvent.Source.ELSEWHERE));
      return rebuilt.allRefs() ? RepairOptions.Refs.ALL_HERE : RepairOptions.Refs.MAY_LACK;
    }
  }

  private int run(
      Output out,
      Backend backend,
      Environment environment,
      Optional<Repository> other,
      RepairOptions.Refs refs,
      Progress progress) {
    RepairOptions options =
        new RepairOptions(
            other,
            dryRun ? RepairOptions.Mode.PREVIEW : RepairOptions.Mode.MEND,
            refs,
            Runtime.getRuntime().availableProcessors());
    RepairLines lines =
        new RepairLines(new DamageLines(() -> read(backend, environment), out), out, progress);
    RepairReport report =
        new Repair(backend, environment, options, lines::tell, progress::at).run();
    progress.wipe();
    tell(report, out);
    return report.whole() ? Failure.OK : out.error(lost(report));
  }

  /** The repository, to find the chunks that keys are; where it cannot be read, they stay keys. */
  private static Optional<Repository> read(Backend backend, Environment environment) {
    try {
      return Optional.of(Varve.open(backend, environment));
    } catch (StoreException damaged) {
      return Optional.empty();
    }
  }

  private void tell(RepairReport report, Output out) {
    if (out.json()) {
      out.line(
          JsonLine.of("repair")
              .put("objects", report.objects())
              .put("bytes", report.bytes())
              .put("repaired", report.repaired())
              .put("moved_aside", report.movedAside())
              .put("lost", report.lost())
              .put("dry_run", dryRun));
    } else {
      out.words(
          (dryRun ? "would repair " : "repaired ")
              + Words.count(report.repaired(), "object")
              + " of "
              + Words.count(report.objects() + report.lost())
              + "; "
              + (report.whole()
                  ? dryRun ? "all would be whole" : "all are whole"
                  : Words.count(report.lost()) + " stay lost"));
    }
  }

  private Failure lost(RepairReport report) {
    return new Failure(
        "damage",
        Failure.DAMAGE,
        Words.count(report.lost(), "object") + " could not be mended",
        from == null
            ? "name another repository that may hold them with --from; storing a lost value again brings it back, too"
            : "storing a lost value again brings it back; all else can be read");
  }
}
