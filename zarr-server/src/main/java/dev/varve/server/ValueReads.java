package dev.varve.server;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.varve.blob.Blobs;
import dev.varve.blob.BlockProof;
import dev.varve.blob.VerifiedBlobs;
import dev.varve.hash.ContentHash;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads values for answers, each byte proved. Thread-safe.
 *
 * <p>A value up to {@link Blobs#MAX_WHOLE} is read and verified whole before its first byte is
 * given, while all that are held at once stay below a bound; beyond it, and for larger values,
 * reading goes block by block. What was proved once is remembered as checksums of its blocks
 * ({@link BlockProof}), by which all later reads are checked. Memory: the bound on values held, in
 * which the blocks of a large one that is proved while it is sent count too, 32 MiB of proofs, and
 * two parts of 16 KiB for each answer that found no room.
 */
final class ValueReads implements AutoCloseable {
  private static final long PROOF_BYTES = 32L << 20;

  /**
   * Of a large value that is proved while it is sent: one that leaves, one ahead, one held back.
   */
  private static final int BLOCKS_AT_ONCE = 3;

  /** One value of one store: what is stored elsewhere under the same hash proves nothing here. */
  private record Id(VerifiedBlobs store, ContentHash hash) {}

  /** A value that is being answered with. One thread at a time; it is closed when that is done. */
  interface Source extends AutoCloseable {
    /** Some bytes of the value. */
    Body body(ByteRanges.Span span);

    @Override
    default void close() {}
  }

  /** Proving reads whole values, which no thread that answers requests may wait for. */
  private final ExecutorService provers;

  private final Cache<Id, BlockProof> proofs =
      Caffeine.newBuilder()
          .maximumWeight(PROOF_BYTES)
          .weigher((Id id, BlockProof proof) -> proof.weight())
          .executor(Runnable::run)
          .build();
  private final Map<Id, CompletableFuture<BlockProof>> proving = new ConcurrentHashMap<>();
  private final PartPool memory;
  private final long mostHeld;
  private final AtomicLong held = new AtomicLong();

  /**
   * Holds at most so many bytes of values at once: half of them in the heap, of values that are
   * verified whole, half outside of it, of values that were proved before.
   */
  ValueReads(long mostHeld) {
    this.mostHeld = mostHeld / 2;
    this.memory = new PartPool(mostHeld / 2);
    this.provers =
        Executors.newFixedThreadPool(
            Math.max(2, Runtime.getRuntime().availableProcessors() / 2),
            Threads.daemons("varve-prove"));
  }

  /** Bytes of values that are held now. */
  long held() {
    return held.get() + memory.used();
  }

  /** Number of values that are remembered as proved. */
  long proved() {
    return proofs.estimatedSize();
  }

  /**
   * Makes a value ready to be read.
   *
   * @param all whether all bytes are wanted, once, from the first to the last; else parts of it
   */
  CompletableFuture<Source> open(StoredValue value, boolean all) {
    Optional<BlockProof> known = known(value);
    if (known.isPresent()) {
      return CompletableFuture.completedFuture(proved(value, known.get()));
    }
    if (value.length() <= Blobs.MAX_WHOLE && hold(value.length())) {
      return CompletableFuture.completedFuture(whole(value));
    }
    long blocks = (long) BLOCKS_AT_ONCE * BlockProof.blockSize(value.length());
    if (all && value.length() > Blobs.MAX_WHOLE && hold(blocks)) {
      return CompletableFuture.completedFuture(
          new Held(blocks, span -> value.proving(proof -> proofs.put(id(value), proof))));
    }
    return prove(value).thenApply(proof -> proved(value, proof));
  }

  private Source whole(StoredValue value) {
    long length = value.length();
    try {
      ByteBuffer bytes = value.whole();
      proofs.put(id(value), BlockProof.of(value.hash(), bytes));
      return new Held(
          length, span -> Body.of(bytes.slice((int) span.first(), (int) span.length())));
    } catch (RuntimeException | Error failed) {
      held.addAndGet(-length);
      throw failed;
    }
  }

  /** Gives back what it holds when it is closed. */
  private final class Held implements Source {
    private final long bytes;
    private final Source source;
    private boolean open = true;

    Held(long bytes, Source source) {
      this.bytes = bytes;
      this.source = source;
    }

    @Override
    public Body body(ByteRanges.Span span) {
      return source.body(span);
    }

    @Override
    public void close() {
      if (open) {
        open = false;
        held.addAndGet(-bytes);
      }
    }
  }

  private Source proved(StoredValue value, BlockProof proof) {
    return span -> value.range(proof, span, memory, () -> proofs.invalidate(id(value)));
  }

  /** Whether a value was proved, and that is remembered. */
  boolean isProved(StoredValue value) {
    return known(value).isPresent();
  }

  private Optional<BlockProof> known(StoredValue value) {
    return Optional.ofNullable(proofs.getIfPresent(id(value)))
        .filter(proof -> proof.length() == value.length());
  }

  /** Proves a value, once for all who ask at the same time. */
  private CompletableFuture<BlockProof> prove(StoredValue value) {
    Id id = id(value);
    CompletableFuture<BlockProof> mine = new CompletableFuture<>();
    CompletableFuture<BlockProof> others = proving.putIfAbsent(id, mine);
    if (others != null) {
      return others;
    }
    provers.execute(
        () -> {
          try {
            BlockProof proof = value.prove();
            proofs.put(id, proof);
            proving.remove(id, mine);
            mine.complete(proof);
          } catch (Throwable failed) {
            proving.remove(id, mine);
            mine.completeExceptionally(failed);
          }
        });
    return mine;
  }

  private static Id id(StoredValue value) {
    return new Id(value.store(), value.hash());
  }

  private boolean hold(long bytes) {
    if (held.addAndGet(bytes) <= mostHeld) {
      return true;
    }
    held.addAndGet(-bytes);
    return false;
  }

  @Override
  public void close() {
    provers.shutdownNow();
  }
}
