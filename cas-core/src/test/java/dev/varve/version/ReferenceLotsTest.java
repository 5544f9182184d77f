package dev.varve.version;

import static dev.varve.version.ReferenceLots.AHEAD;
import static dev.varve.version.ReferenceLots.LOT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.blob.BlobReader;
import dev.varve.blob.StoredBlob;
import dev.varve.error.BackendException;
import dev.varve.error.MissingBlobException;
import dev.varve.hash.ContentHash;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.tree.KeyEntry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is edited, and what is told, whoever is faster: the one who looks or the one who edits. */
class ReferenceLotsTest {
  private final Store store = new Store();
  private final List<KeyEntry> edits = new ArrayList<>();
  private int flushes;

  @Test
  void allReferencesBecomeEditsInTheirOrder() {
    putAll(references(7 * LOT + 5).iterator());

    assertThat(edits).isEqualTo(references(7 * LOT + 5));
    assertThat(store.asked).hasValue(8);
    assertThat(flushes).isZero();
  }

  @Test
  void nothingBecomesAnEditWhereThereIsNothing() {
    putAll(references(0).iterator());

    assertThat(edits).isEmpty();
    assertThat(store.asked).hasValue(0);
  }

  @Test
  void onlyLotsAreLookedForByAnotherThread() {
    putAll(references(LOT - 1).iterator());
    assertThat(store.threads).containsExactly(Thread.currentThread());

    putAll(references(LOT + 1).iterator());
    assertThat(store.threads).hasSize(2);
  }

  @Test
  void theLotsBeforeAMissingValueAreEdits() {
    for (int lot = 0; lot < AHEAD + 3; lot++) {
      edits.clear();
      flushes = 0;
      int bad = lot * LOT + 77;
      store.missing = Set.of(hash(bad));

      assertThatThrownBy(() -> putAll(references((AHEAD + 3) * LOT).iterator()))
          .isInstanceOf(MissingBlobException.class)
          .hasMessageContaining("the value of " + key(bad));
      assertThat(edits).isEqualTo(references(lot * LOT));
      assertThat(flushes).isEqualTo(1);
    }
  }

  @Test
  void whatTheTransactionItselfHasPutIsFoundAfterAFlush() {
    store.missing = Set.of(hash(5), hash(2 * LOT), hash(2 * LOT + 1));
    store.shownByFlush = true;

    putAll(references(3 * LOT).iterator());

    assertThat(edits).isEqualTo(references(3 * LOT));
    assertThat(flushes).isPositive();
  }

  @Test
  void aFailureOfStorageIsToldAsItWas() {
    BackendException failure = BackendException.permanent("the disk is gone", null);
    store.failsAt = 4;
    store.failure =
        () -> {
          throw failure;
        };

    assertThatThrownBy(() -> putAll(references(6 * LOT).iterator())).isSameAs(failure);
    assertThat(edits).isEqualTo(references(3 * LOT));
  }

  @Test
  void anErrorOfTheThreadThatLooksIsToldAsItWas() {
    AssertionError broken = new AssertionError("broken");
    store.failsAt = 2;
    store.failure =
        () -> {
          throw broken;
        };

    assertThatThrownBy(() -> putAll(references(3 * LOT).iterator())).isSameAs(broken);
    assertThat(edits).isEqualTo(references(LOT));
  }

  @Test
  void theLotsBeforeAFailureOfTheIteratorAreEdits() {
    Iterator<KeyEntry> all = references(3 * LOT + 9).iterator();
    IllegalStateException theirs = new IllegalStateException("no more");
    Iterator<KeyEntry> failing =
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return true;
          }

          @Override
          public KeyEntry next() {
            if (!all.hasNext()) {
              throw theirs;
            }
            return all.next();
          }
        };

    assertThatThrownBy(() -> putAll(failing)).isSameAs(theirs);
    assertThat(edits).isEqualTo(references(3 * LOT));
  }

  @Test
  void noMoreThanTheLotsAheadAreTakenBeforeTheFirstIsEdited() {
    CountDownLatch taken = new CountDownLatch((AHEAD + 1) * LOT);
    store.before =
        () -> {
          try {
            taken.await();
          } catch (InterruptedException never) {
            throw new AssertionError(never);
          }
        };
    Iterator<KeyEntry> all = references(9 * LOT).iterator();
    AtomicInteger held = new AtomicInteger();
    Iterator<KeyEntry> counted =
        new Iterator<>() {
          private int given;

          @Override
          public boolean hasNext() {
            return all.hasNext();
          }

          @Override
          public KeyEntry next() {
            given++;
            held.accumulateAndGet(given - edits.size(), Math::max);
            taken.countDown();
            return all.next();
          }
        };

    putAll(counted);

    assertThat(edits).hasSize(9 * LOT);
    assertThat(held).hasValue((AHEAD + 1) * LOT);
  }

  @Test
  void anInterruptedThreadEditsAllAndStaysInterrupted() {
    Thread.currentThread().interrupt();
    try {
      putAll(references(3 * LOT).iterator());
      assertThat(edits).hasSize(3 * LOT);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  private void putAll(Iterator<KeyEntry> all) {
    try (ReferenceLots lots = new ReferenceLots(store, this::flush, edits::add)) {
      lots.putAll(all);
    } finally {
      // Whatever happened: the store may be closed now.
      assertThat(store.running).hasValue(0);
    }
  }

  private void flush() {
    flushes++;
    if (store.shownByFlush) {
      store.missing = Set.of();
    }
  }

  private static List<KeyEntry> references(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new KeyEntry(key(i), new Entry.Blob(hash(i), 1)))
        .toList();
  }

  private static Key key(int i) {
    return Key.of("a/c/" + i);
  }

  private static ContentHash hash(int i) {
    return new ContentHash(0x9E3779B97F4A7C15L * i, i, 0, 0);
  }

  /** Holds all but some, and counts who asks. Thread-safe. */
  private static final class Store implements BlobReader {
    final AtomicInteger asked = new AtomicInteger();
    final AtomicInteger running = new AtomicInteger();
    final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    volatile Set<ContentHash> missing = Set.of();
    volatile boolean shownByFlush;
    volatile int failsAt = -1;
    volatile Runnable failure = () -> {};
    volatile Runnable before = () -> {};

    @Override
    public Optional<StoredBlob> open(ContentHash hash) {
      return Optional.empty();
    }

    @Override
    public Set<ContentHash> missing(Collection<ContentHash> hashes) {
      running.incrementAndGet();
      try {
        threads.add(Thread.currentThread());
        before.run();
        if (asked.incrementAndGet() == failsAt) {
          failure.run();
        }
        return hashes.stream().filter(missing::contains).collect(Collectors.toSet());
      } finally {
        running.decrementAndGet();
      }
    }
  }
}
