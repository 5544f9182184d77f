package dev.varve.sync;

import dev.varve.blob.BlobWriter;
import dev.varve.error.BackendException;
import dev.varve.hash.ContentHash;
import dev.varve.version.Repository;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sends what sources find and the receiver lacks. Three things run side by side: the sources look
 * for names, this thread asks the receiver for them by the batch and hands values to its writer,
 * and the {@link Window}'s readers read and prove values. One thread.
 */
final class Transfer {
  private static final int BATCH = 1024;

  /** How many of the names last seen are remembered; commits side by side name much twice. */
  private static final int RECENT = 1 << 16;

  private static final int MOST_CHECKPOINT = 64 << 20;
  private static final int CHECKPOINTS = 4096;

  private final Repository from;
  private final StoredNames receiver;
  private final @Nullable BlobWriter writer;
  private final SyncSettings settings;
  private final SyncProgress progress;
  private final Map<ContentHash, Boolean> recent =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ContentHash, Boolean> eldest) {
          return size() > RECENT;
        }
      };
  private SyncState state;
  private long unsettled;

  /** Sends to {@code writer}, or only counts where there is none. */
  Transfer(
      Repository from,
      StoredNames receiver,
      @Nullable BlobWriter writer,
      SyncSettings settings,
      SyncProgress progress,
      SyncState before) {
    this.from = from;
    this.receiver = receiver;
    this.writer = writer;
    this.settings = settings;
    this.progress = progress;
    this.state = before;
  }

  SyncState state() {
    return state;
  }

  /** Sends everything, or stops at the first failure. What was sent stays at the receiver. */
  void run(List<WantSource> sources) {
    try (Wants wants = new Wants(sources, settings.walkers())) {
      if (writer == null) {
        for (List<Wanted> batch = wants.take(BATCH); !batch.isEmpty(); batch = wants.take(BATCH)) {
          lacking(batch, wants).forEach(this::counted);
        }
        return;
      }
      BlobWriter target = writer;
      try (Window window = new Window(from, target, settings, wanted -> settle(wanted, target))) {
        for (List<Wanted> batch = wants.take(BATCH); !batch.isEmpty(); batch = wants.take(BATCH)) {
          for (Wanted wanted : lacking(batch, wants)) {
            window.send(wanted);
          }
        }
        window.drain();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw BackendException.permanent(
          "cannot copy from " + from.location() + ": the thread was interrupted", interrupted);
    }
  }

  private List<Wanted> lacking(List<Wanted> batch, Wants wants) {
    Map<ContentHash, Wanted> fresh = new LinkedHashMap<>();
    for (Wanted wanted : batch) {
      if (recent.put(wanted.hash(), true) == null) {
        fresh.put(wanted.hash(), wanted);
      }
    }
    Set<ContentHash> missing = receiver.missing(fresh.keySet());
    state = state.expecting(wants.expectedBytes());
    fresh.values().stream()
        .filter(wanted -> !missing.contains(wanted.hash()))
        .forEach(wanted -> state = state.found(wanted.length()));
    progress.at(state);
    return fresh.values().stream().filter(wanted -> missing.contains(wanted.hash())).toList();
  }

  private void counted(Wanted wanted) {
    state = state.sent(wanted.length());
    progress.at(state);
  }

  private void settle(Wanted wanted, BlobWriter target) {
    unsettled += wanted.length();
    long share = Math.min(state.expectedBytes() / CHECKPOINTS, MOST_CHECKPOINT);
    if (unsettled >= Math.max(settings.checkpointBytes(), share)) {
      target.checkpoint();
      unsettled = 0;
    }
    counted(wanted);
  }
}
