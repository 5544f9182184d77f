package dev.varve.version;

import dev.varve.blob.BlobReader;
import dev.varve.error.MissingBlobException;
import dev.varve.hash.ContentHash;
import dev.varve.tree.Entry;
import dev.varve.tree.KeyEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Many references to values that are said to be stored, a lot at a time: a thread of its own looks
 * for the values of the next lots while one becomes edits. One thread; holds {@value #AHEAD} lots
 * and one.
 *
 * <p>All but the looking is done by the caller's thread, in the order of the references, so what is
 * edited when something fails does not depend on how fast anybody is. Nothing is looked for any
 * more when {@link #close} has returned.
 */
final class ReferenceLots implements AutoCloseable {
  /** How many references are looked for together. */
  static final int LOT = 1 << 14;

  /**
   * So many lots are looked for in advance: as many as become nodes together, or the thread that
   * looks would have nothing to do while they do.
   */
  static final int AHEAD = 4;

  private final BlobReader blobs;
  private final Runnable flush;
  private final Consumer<KeyEntry> edit;

  /** Made with the first lot that may not be the only one. */
  private @Nullable ExecutorService thread;

  /** The lots that are not edits yet, oldest first. */
  private final ArrayDeque<Lot> begun = new ArrayDeque<>();

  private volatile boolean over;

  /**
   * For a transaction.
   *
   * @param flush makes visible what the transaction itself has put
   * @param edit takes a reference whose value was found
   */
  ReferenceLots(BlobReader blobs, Runnable flush, Consumer<KeyEntry> edit) {
    this.blobs = blobs;
    this.flush = flush;
    this.edit = edit;
  }

  /** References, and those of their values that are not stored, once that is known. */
  private record Lot(List<KeyEntry> references, CompletableFuture<Set<ContentHash>> absent) {}

  /**
   * Makes edits of all references.
   *
   * @throws MissingBlobException where a value is not stored; the lots before it are edits then
   */
  void putAll(Iterator<KeyEntry> all) {
    for (Lot next = next(all); next != null; next = next(all)) {
      begun.add(next);
      finish(AHEAD);
    }
    finish(0);
  }

  /** The next lot, or null at the end. */
  private @Nullable Lot next(Iterator<KeyEntry> all) {
    try {
      return all.hasNext() ? begin(all) : null;
    } catch (RuntimeException | Error theirs) {
      // Whatever it is that fails here, the lots before are whole.
      finish(0);
      throw theirs;
    }
  }

  private Lot begin(Iterator<KeyEntry> all) {
    List<KeyEntry> references = new ArrayList<>();
    while (references.size() < LOT && all.hasNext()) {
      references.add(all.next());
    }
    List<ContentHash> hashes = hashes(references);
    if (thread == null && references.size() < LOT) {
      // There is only this one, so there is nothing to do meanwhile.
      return new Lot(references, CompletableFuture.completedFuture(blobs.missing(hashes)));
    }
    if (thread == null) {
      thread = Executors.newSingleThreadExecutor(ReferenceLots::daemon);
    }
    return new Lot(references, CompletableFuture.supplyAsync(() -> absent(hashes), thread));
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "varve-references");
    thread.setDaemon(true);
    return thread;
  }

  private static List<ContentHash> hashes(List<KeyEntry> references) {
    List<ContentHash> hashes = new ArrayList<>(references.size());
    for (KeyEntry each : references) {
      if (each.entry() instanceof Entry.Blob blob) {
        hashes.add(blob.hash());
      }
    }
    return hashes;
  }

  /** What nobody waits for any more is not looked for. */
  private Set<ContentHash> absent(List<ContentHash> hashes) {
    return over ? Set.of() : blobs.missing(hashes);
  }

  /** Makes edits of the oldest lots until so many are left. */
  private void finish(int left) {
    while (begun.size() > left) {
      // The first that fails is the last that is looked at.
      Lot oldest = begun.element();
      Set<ContentHash> absent = found(oldest);
      if (!absent.isEmpty()) {
        flush.run();
        requireNone(oldest, blobs.missing(absent));
      }
      begun.remove();
      oldest.references().forEach(edit);
    }
  }

  /** Not ended by an interrupt: the thread that looks would go on all the same. */
  private static Set<ContentHash> found(Lot lot) {
    try {
      return lot.absent().join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof Error fatal) {
        throw fatal;
      }
      throw failed.getCause() instanceof RuntimeException why ? why : failed;
    }
  }

  private static void requireNone(Lot lot, Set<ContentHash> absent) {
    for (KeyEntry each : lot.references()) {
      if (each.entry() instanceof Entry.Blob blob && absent.contains(blob.hash())) {
        throw new MissingBlobException("the value of " + each.key(), blob.hash().toString());
      }
    }
  }

  /** Waits for the looks that nobody needs any more, where there are some. */
  @Override
  public void close() {
    over = true;
    for (Lot each : begun) {
      each.absent().handle((absent, failed) -> true).join();
    }
    if (thread != null) {
      thread.shutdown();
    }
  }
}
