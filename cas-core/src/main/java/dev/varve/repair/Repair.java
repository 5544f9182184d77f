package dev.varve.repair;

import dev.varve.blob.RepairableBlobs;
import dev.varve.check.CheckProgress;
import dev.varve.check.CheckReport;
import dev.varve.check.CheckScope;
import dev.varve.check.Finding;
import dev.varve.check.RepositoryCheck;
import dev.varve.error.BackendException;
import dev.varve.error.CorruptDataException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.ref.Backend;
import dev.varve.ref.RepairableBackend;
import dev.varve.ref.RepairableRefs;
import dev.varve.version.ConflictRule;
import dev.varve.version.Environment;
import dev.varve.version.Repository;
import dev.varve.version.RepositoryConfig;
import java.util.List;
import java.util.function.Consumer;

/**
 * Mends a repository: reads everything that a ref reaches, as a check does, and stores anew what is
 * missing or damaged wherever right bytes can be had. What was there is kept aside. What cannot be
 * had is told.
 *
 * <ol>
 *   <li>the configuration, which says what names everything;
 *   <li>records of refs, so that every ref can be read;
 *   <li>commits, nodes and values, each as the check comes to it, so that it can go on below.
 * </ol>
 *
 * <p>The backend's own structure must be whole, which {@link
 * dev.varve.ref.CheckableBackend#checkStructure} tells: replacing anything in a damaged one could
 * damage more.
 *
 * <p>Every object is mended by itself and proved before it is stored. So stopping anywhere is
 * harmless, and so is running it again, or beside writers. Memory: as a check. One thread calls.
 */
public final class Repair {
  private final RepairableBackend backend;
  private final Environment environment;
  private final RepairOptions options;
  private final Journal journal;
  private final CheckProgress progress;

  /**
   * Repairs what {@code backend} holds; it stays the caller's to close. Events come one at a time.
   *
   * @throws BackendException where the backend cannot be repaired
   */
  public Repair(
      Backend backend,
      Environment environment,
      RepairOptions options,
      Consumer<RepairEvent> report,
      CheckProgress progress) {
    if (!(backend instanceof RepairableBackend repairable)
        || !(backend.blobs() instanceof RepairableBlobs)
        || !(backend.refs() instanceof RepairableRefs)) {
      throw BackendException.permanent(
          "cannot repair " + backend.location() + ": it is stored where nothing can be replaced",
          null);
    }
    this.backend = repairable;
    this.environment = environment;
    this.options = options;
    this.journal = new Journal(report);
    this.progress = progress;
  }

  /**
   * Runs to its end. To be called once.
   *
   * @throws CorruptDataException where nothing tells what the configuration was
   * @throws BackendException where the other repository is named by another hash, or this one may
   *     not be written; then nothing was written
   */
  public RepairReport run() {
    ConfigRepair.Right config = ConfigRepair.find(backend, options.other());
    RepositoryConfig known = RepositoryConfig.decode(config.bytes());
    HashAlgorithm algorithm = known.hash();
    options.other().ifPresent(other -> requireSameHash(other, algorithm));
    if (options.mode() == RepairOptions.Mode.MEND) {
      // Before anything is written: a repair is a writer like any other.
      known.requireWritable(backend.location());
      if (known.singleWriter()) {
        backend.requireSoleWriter();
      }
    }
    config.store(backend, options.mode(), journal);
    PreviewRefs preview = new PreviewRefs(backend.refs());
    RefRepair refs =
        new RefRepair(
            backend.refs(),
            options.other(),
            environment,
            new FoundCommits(backend, algorithm, options.other()),
            options.mode(),
            preview,
            journal);
    refs.run();
    if (options.refs() == RepairOptions.Refs.MAY_LACK) {
      refs.lacking();
    }
    boolean mending = options.mode() == RepairOptions.Mode.MEND;
    Backend mended = mending ? backend : new PreviewBackend(backend, preview, config.bytes());
    ObjectSources sources =
        new ObjectSources(
            backend.blobs(),
            algorithm,
            options.other().map(Repository::blobs),
            options.mode(),
            journal);
    // The view is not closed: that would close the backend.
    @SuppressWarnings("resource")
    Repository view =
        Repository.open(mended, environment, ConflictRule.SAME_KEY_ONLY).mending(sources);
    LostCommits lost = new LostCommits(view);
    CheckReport checked =
        new RepositoryCheck(view, options.threads(), finding -> tell(finding, lost), progress)
            .run(CheckScope.EVERYTHING);
    return journal.report(checked.objects(), checked.bytes());
  }

  private void requireSameHash(Repository other, HashAlgorithm algorithm) {
    if (other.config().hash() != algorithm) {
      throw BackendException.permanent(
          "cannot take from "
              + other.location()
              + ": it names objects by "
              + other.config().hash().label()
              + ", "
              + backend.location()
              + " by "
              + algorithm.label(),
          null);
    }
  }

  /** Refs have been told record by record. */
  private void tell(Finding finding, LostCommits lost) {
    if (finding.role() == Finding.Role.COMMIT) {
      journal.lost(finding, lost.remains(ContentHash.parse(finding.object())));
    } else if (finding.role() != Finding.Role.REF) {
      journal.lost(finding, List.of());
    }
  }
}
