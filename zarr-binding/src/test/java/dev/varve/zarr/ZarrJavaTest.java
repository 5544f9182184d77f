package dev.varve.zarr;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.varve.hash.HashAlgorithm;
import dev.varve.hash.Hasher;
import dev.varve.version.CommitInfo;
import dev.varve.version.CommitOutcome;
import dev.varve.version.Snapshot;
import dev.varve.version.Transaction;
import dev.zarr.zarrjava.ZarrException;
import dev.zarr.zarrjava.core.Array;
import dev.zarr.zarrjava.v3.DataType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import ucar.ma2.IndexIterator;
import ucar.ma2.MAMath;

/** A Zarr client of the JVM reads and writes a repository as it would any store. */
class ZarrJavaTest {
  private final TestRepository repository = new TestRepository();

  @AfterEach
  void close() {
    repository.close();
  }

  private Snapshot importAll(String store) {
    try (ImportSource source = ImportSource.open(Samples.zip(store));
        Transaction transaction = repository.repository().begin("main")) {
      new Importer(repository.algorithm(), ImportOptions.DEFAULT, TransferProgress.NONE)
          .run(source, transaction);
      transaction.commit(CommitInfo.of(store));
    }
    return repository.main();
  }

  /** The digest of arrays' values in a row, as the samples' README defines it. */
  static String digest(List<ucar.ma2.Array> parts) {
    Hasher hasher = HashAlgorithm.SHA256.hasher();
    for (ucar.ma2.Array part : parts) {
      ByteBuffer bytes =
          ByteBuffer.allocate((int) part.getSizeBytes()).order(ByteOrder.LITTLE_ENDIAN);
      for (IndexIterator value = part.getIndexIterator(); value.hasNext(); ) {
        put(bytes, value.next());
      }
      hasher.update(bytes.flip());
    }
    return hasher.finish().toString();
  }

  private static void put(ByteBuffer bytes, Object value) {
    if (value instanceof Double number) {
      bytes.putDouble(number);
    } else if (value instanceof Float number) {
      bytes.putFloat(number);
    } else if (value instanceof Long number) {
      bytes.putLong(number);
    } else if (value instanceof Integer number) {
      bytes.putInt(number);
    } else if (value instanceof Short number) {
      bytes.putShort(number);
    } else {
      bytes.put((Byte) value);
    }
  }

  private void assertValues(String store, JsonNode state, Set<String> paths)
      throws IOException, ZarrException {
    SnapshotStore zarr = new SnapshotStore(importAll(store));
    for (String path : paths) {
      Array array = Array.open(zarr.resolve(path.substring(1)));
      assertThat(digest(List.of(array.read())))
          .as(path)
          .isEqualTo(state.path("arrays").path(path).path("sha256").asText());
    }
  }

  @Test
  void readsArraysOfFormat3WithTheValuesThatWereWritten() throws IOException, ZarrException {
    JsonNode state = Samples.states("scenarios").path("01-time-80");
    Set<String> paths = new TreeSet<>();
    state.path("arrays").fieldNames().forEachRemaining(paths::add);
    assertThat(paths).contains("/air_temperature", "/time").hasSizeGreaterThan(5);
    assertValues("scenarios/01-time-80.zip", state, paths);
  }

  @Test
  void readsEveryKeyEncodingAndMissingChunks() throws IOException, ZarrException {
    JsonNode state = Samples.states("variants-v3").path("01-plain");
    assertValues(
        "variants-v3/01-plain.zip",
        state,
        Set.of(
            "/keys/default-dot",
            "/keys/default-slash",
            "/keys/v2-dot",
            "/keys/v2-slash",
            "/shard/missing-inner",
            "/codec/gzip",
            "/codec/zstd",
            "/fill/nothing-stored"));
  }

  @Test
  void readsArraysOfFormat2WithTheValuesThatWereWritten() throws IOException, ZarrException {
    assertValues(
        "hadgem/01-time-300.zip",
        Samples.states("hadgem").path("01-time-300"),
        Set.of("/tas", "/time", "/time_bnds", "/lat"));
  }

  /**
   * In parts, for which this client reads the index by a suffix and the chunks by ranges. Parts
   * hold whole inner chunks: of any other this version of the client makes wrong values, from any
   * store.
   */
  @Test
  void readsPartsOfShardsByRanges() throws IOException, ZarrException {
    SnapshotStore zarr = new SnapshotStore(importAll("nemo/03-time_counter-3.zip"));
    Array array = Array.open(zarr.resolve("tos"));
    List<ucar.ma2.Array> parts = new ArrayList<>();
    for (int month = 0; month < 3; month++) {
      for (int row = 0; row < 330; row += 66) {
        parts.add(array.read(new long[] {month, row, 0}, new int[] {1, 66, 360}));
      }
    }
    assertThat(digest(parts))
        .isEqualTo(
            Samples.states("nemo")
                .path("03-time_counter-3")
                .path("arrays")
                .path("/tos")
                .path("sha256")
                .asText());
  }

  @Test
  void readsPartsOfShardsWhoseIndexStandsFirst() throws IOException, ZarrException {
    SnapshotStore zarr = new SnapshotStore(importAll("mitosis/01-t-1.zip"));
    Array array = Array.open(zarr.resolve("level0"));
    List<ucar.ma2.Array> channels = new ArrayList<>();
    for (int channel = 0; channel < 2; channel++) {
      channels.add(array.read(new long[] {0, channel, 0, 0}, new int[] {1, 1, 196, 171}));
    }
    assertThat(digest(channels))
        .isEqualTo(
            Samples.states("mitosis")
                .path("01-t-1")
                .path("arrays")
                .path("/level0")
                .path("sha256")
                .asText());
  }

  @Test
  void listsTheNodesOfAGroup() throws IOException {
    SnapshotStore zarr = new SnapshotStore(importAll("sparse/01-chunks-2.zip"));
    assertThat(dev.zarr.zarrjava.v3.Group.open(zarr.resolve()).list()).hasSize(1);
  }

  @Test
  void writesAndCommitsShardedArraysFromManyThreads() throws IOException, ZarrException {
    int[] values = new int[64 * 64];
    for (int i = 0; i < values.length; i++) {
      values[i] = i * 7 + 1;
    }
    ucar.ma2.Array written =
        ucar.ma2.Array.factory(ucar.ma2.DataType.INT, new int[] {64, 64}, values);
    try (Transaction transaction = repository.repository().begin("main")) {
      TransactionStore zarr = new TransactionStore(transaction);
      dev.zarr.zarrjava.v3.Group.create(zarr.resolve());
      dev.zarr.zarrjava.v3.Array sharded =
          dev.zarr.zarrjava.v3.Array.create(
              zarr.resolve("a"),
              builder ->
                  builder
                      .withShape(64, 64)
                      .withDataType(DataType.INT32)
                      .withChunkShape(16, 32)
                      .withFillValue(0)
                      .withCodecs(
                          codecs -> codecs.withSharding(new int[] {8, 8}, c -> c.withGzip(5))),
              false);
      sharded.write(written, true);
      assertThat(MAMath.equals(sharded.read(), written)).isTrue();
      assertThat(zarr.commit(CommitInfo.of("write"))).isInstanceOf(CommitOutcome.Committed.class);
    }
    SnapshotStore zarr = new SnapshotStore(repository.main());
    assertThat(MAMath.equals(Array.open(zarr.resolve("a")).read(), written)).isTrue();
    ZarrTree tree = new ZarrTree(repository.main());
    ZarrNode.ArrayNode node = (ZarrNode.ArrayNode) tree.node(ZarrPath.of("/a")).orElseThrow();
    assertThat(node.document().sharded()).isTrue();
    assertThat(tree.chunks(node).present()).isEqualTo(tree.chunks(node).total()).isEqualTo(8);
  }
}
