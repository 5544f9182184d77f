package dev.varve.zarr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.blob.Blobs;
import dev.varve.error.CorruptDataException;
import dev.varve.error.InvalidNameException;
import dev.varve.error.MissingBlobException;
import dev.varve.memory.MemoryBackend;
import dev.varve.testkit.DamagedBackend;
import dev.varve.testkit.GeneratedSource;
import dev.varve.tree.Key;
import dev.varve.version.CommitInfo;
import dev.varve.version.CommitOutcome;
import dev.varve.version.Transaction;
import dev.zarr.zarrjava.store.Store;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SnapshotStoreTest {
  private final DamagedBackend backend = new DamagedBackend(new MemoryBackend());
  private final TestRepository repository = new TestRepository(backend);

  @AfterEach
  void close() {
    repository.close();
  }

  private static String[] key(String... segments) {
    return segments;
  }

  private static String text(@Nullable ByteBuffer bytes) {
    return new String(array(bytes), StandardCharsets.UTF_8);
  }

  /** The backing array, which clients take as the value: it must hold nothing else. */
  @SuppressWarnings("ByteBufferBackingArray")
  private static byte[] array(@Nullable ByteBuffer bytes) {
    ByteBuffer given = Objects.requireNonNull(bytes);
    assertThat(given.hasArray()).isTrue();
    assertThat(given.array()).hasSize(given.remaining());
    return given.array();
  }

  private SnapshotStore store(String... edits) {
    return new SnapshotStore(repository.commit(edits));
  }

  @Test
  void segmentsMayHoldSlashes() {
    SnapshotStore store = store("g/air/c/0", "value");
    assertThat(text(store.get(key("g", "air", "c", "0")))).isEqualTo("value");
    assertThat(text(store.get(key("g/air", "c/0")))).isEqualTo("value");
    assertThat(text(store.get(key("", "/g/air/", "c/0")))).isEqualTo("value");
    assertThat(text(store.resolve("g").resolve("air/c", "0").read())).isEqualTo("value");
    assertThat(store.exists(key("g/air", "c/0"))).isTrue();
    assertThat(store.exists(key("g/air"))).isFalse();
  }

  @Test
  void onlyAbsentKeysAreNull() {
    SnapshotStore store = store("a", "value", "empty", "", "zarr.json", "{}");
    assertThat(store.get(key("b"))).isNull();
    assertThat(store.get(key("b"), 1)).isNull();
    assertThat(store.get(key("b"), 1, 2)).isNull();
    assertThat(store.get(key())).isNull();
    assertThat(store.get(key("..", "a"))).isNull();
    assertThat(store.exists(key(".."))).isFalse();
    assertThat(text(store.get(key("empty")))).isEmpty();
    assertThat(text(store.get(key("empty"), -5))).isEmpty();
    assertThat(text(store.get(key("zarr.json"), 1, 2))).isEqualTo("}");
  }

  @ParameterizedTest
  @CsvSource({
    "0,-1,0123456789", "3,-1,3456789", "-3,-1,789", "-99,-1,0123456789", "10,-1,''", "99,-1,''",
    "2,5,234", "2,2,''", "5,2,''", "8,99,89", "-4,8,67", "0,0,''"
  })
  void rangesAreCutToTheValue(long start, long end, String expected) {
    SnapshotStore store = store("a", "0123456789");
    assertThat(text(store.get(key("a"), start, end))).isEqualTo(expected);
    if (end == -1) {
      assertThat(text(store.get(key("a"), start))).isEqualTo(expected);
    }
  }

  @Test
  void largeValuesAreProvedBeforeTheirFirstPartIsGiven() {
    GeneratedSource large = GeneratedSource.of(7, Blobs.MAX_WHOLE + 100);
    try (Transaction transaction = repository.repository().begin("main")) {
      transaction.put(Key.of("a"), large);
      transaction.commit(CommitInfo.of("large"));
    }
    SnapshotStore store = new SnapshotStore(repository.main());
    ByteBuffer tail = store.get(key("a"), -3);
    assertThat(array(tail))
        .containsExactly(
            large.at(large.length() - 3),
            large.at(large.length() - 2),
            large.at(large.length() - 1));
    assertThat(array(store.get(key("a")))).hasSize((int) large.length());
    ByteBuffer flipped = store.get(key("a"));
    flipped.put(100, (byte) (flipped.get(100) ^ 8));
    backend.replace(large.hash(), flipped);
    // What the disk does to a value that was proved is found in the parts that it touches.
    assertThat(array(store.get(key("a"), -3))).hasSize(3);
    for (int again = 0; again < 2; again++) {
      assertThatThrownBy(() -> store.get(key("a"), 100, 101))
          .isInstanceOf(CorruptDataException.class)
          .hasMessageContaining(repository.algorithm().hash(flipped).toString());
    }
    backend.replace(large.hash(), ByteBuffer.allocate((int) large.length()));
    SnapshotStore fresh = new SnapshotStore(repository.main());
    assertThatThrownBy(() -> fresh.get(key("a"), -3)).isInstanceOf(CorruptDataException.class);
    backend.delete(large.hash());
    assertThatThrownBy(() -> fresh.get(key("a"), 0, 1)).isInstanceOf(MissingBlobException.class);
  }

  @Test
  void damageIsNeverTakenForAbsence() {
    SnapshotStore store = store("a", "0123456789");
    backend.flip(repository.algorithm().hash("0123456789".getBytes(StandardCharsets.UTF_8)), 1);
    assertThatThrownBy(() -> store.get(key("a"))).isInstanceOf(CorruptDataException.class);
    assertThatThrownBy(() -> store.get(key("a"), 9)).isInstanceOf(CorruptDataException.class);
    backend.delete(repository.algorithm().hash("0123456789".getBytes(StandardCharsets.UTF_8)));
    assertThatThrownBy(() -> store.get(key("a"))).isInstanceOf(MissingBlobException.class);
    assertThatThrownBy(() -> store.get(key("a"), 0, 1)).isInstanceOf(MissingBlobException.class);
    assertThat(store.exists(key("a"))).isTrue();
  }

  @Test
  void listsTheNamesOfOneLevel() {
    SnapshotStore store = store("zarr.json", "{}", "a/zarr.json", "{}", "a/c/0", "x", "b", "x");
    assertThat(store.list(key())).containsExactly("a", "b", "zarr.json");
    assertThat(store.list(key("a"))).containsExactly("c", "zarr.json");
    assertThat(store.resolve("a", "c").list()).containsExactly("0");
    assertThat(store.list(key("absent"))).isEmpty();
  }

  @Test
  void aSnapshotRefusesWrites() {
    SnapshotStore store = store("a", "x");
    assertThatThrownBy(() -> store.set(key("a"), ByteBuffer.allocate(0)))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("read-only");
    assertThatThrownBy(() -> store.delete(key("a")))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void givenBuffersBelongToTheCaller() {
    SnapshotStore store = store("a", "0123", "zarr.json", "{}");
    for (String name : new String[] {"a", "zarr.json"}) {
      ByteBuffer first = Objects.requireNonNull(store.get(key(name)));
      String before = text(first);
      first.put(0, (byte) 'X');
      assertThat(text(store.get(key(name)))).isEqualTo(before);
    }
  }

  @Test
  void aTransactionSeesItsOwnWrites() {
    repository.commit("gone", "x", "kept", "x");
    try (Transaction transaction = repository.repository().begin("main")) {
      TransactionStore store = new TransactionStore(transaction);
      ByteBuffer value = TestRepository.bytes("new");
      store.set(key("g", "a"), value);
      assertThat(value.remaining()).isEqualTo(3);
      value.put(0, (byte) 'X');
      store.delete(key("gone"));
      store.delete(key("never"));
      assertThat(text(store.get(key("g/a")))).isEqualTo("new");
      assertThat(text(store.get(key("g/a"), -2))).isEqualTo("ew");
      assertThat(text(store.get(key("g/a"), 0, 1))).isEqualTo("n");
      assertThat(store.exists(key("gone"))).isFalse();
      assertThat(store.list(key())).containsExactly("g", "kept");
      assertThatThrownBy(() -> store.set(key("..", "a"), value))
          .isInstanceOf(InvalidNameException.class);
      assertThat(store.commit(CommitInfo.of("write"))).isInstanceOf(CommitOutcome.Committed.class);
    }
    Store committed = new SnapshotStore(repository.main());
    assertThat(text(committed.get(key("g/a")))).isEqualTo("new");
    assertThat(committed.exists(key("gone"))).isFalse();
  }

  @Test
  void manyThreadsMayWriteThroughOneTransaction() {
    try (Transaction transaction = repository.repository().begin("main")) {
      TransactionStore store = new TransactionStore(transaction);
      IntStream.range(0, 2000)
          .parallel()
          .forEach(
              i -> {
                store.set(key("a", "c", "" + i), TestRepository.bytes("value " + i));
                assertThat(text(store.get(key("a/c/" + i)))).isEqualTo("value " + i);
              });
      store.commit(CommitInfo.of("parallel"));
    }
    assertThat(repository.main().totals("").keys()).isEqualTo(2000);
    try (Stream<String> names = new SnapshotStore(repository.main()).list(key("a", "c"))) {
      assertThat(names).hasSize(2000);
    }
  }
}
