package dev.varve.server;

import static dev.varve.testkit.CountingBackend.Count.ASKED;
import static dev.varve.testkit.CountingBackend.Count.LISTED;
import static dev.varve.testkit.CountingBackend.Count.OPENED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.memory.MemoryBackend;
import dev.varve.testkit.CountingBackend;
import dev.varve.tree.Key;
import dev.varve.version.CommitInfo;
import dev.varve.version.Transaction;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** To open a data set costs its documents, however many chunks lie beside them. */
class OpenCostTest {
  private static final String ARRAY =
      "{\"zarr_format\":2,\"shape\":[%d],\"chunks\":[1],\"dtype\":\"|u1\",\"compressor\":null,"
          + "\"fill_value\":0,\"order\":\"C\",\"filters\":null}";

  /** What xarray and zarr-python ask for to open a group, then an array, and to read a chunk. */
  private static final String[] OPENING = {
    "zarr.json",
    ".zgroup",
    ".zattrs",
    ".zmetadata",
    "air/zarr.json",
    "air/.zarray",
    "air/.zattrs",
    "air/7",
    "lat/.zarray"
  };

  private record Cost(long reads, long lists, int found) {}

  /** Opens a data set of so many chunks through a server that has read nothing yet. */
  private static Cost open(int chunks) {
    CountingBackend backend = new CountingBackend(new MemoryBackend());
    try (Transaction transaction = Served.create(backend).begin("main")) {
      transaction.put(Key.of(".zgroup"), Served.bytes("{\"zarr_format\":2}"));
      transaction.put(Key.of("air/.zarray"), Served.bytes(String.format(ARRAY, chunks)));
      transaction.put(Key.of("lat/.zarray"), Served.bytes(String.format(ARRAY, 1)));
      for (int i = 0; i < chunks; i++) {
        transaction.put(Key.of("air/" + i), ByteBuffer.wrap(new byte[] {(byte) i}));
      }
      Served.committed(transaction.commit(CommitInfo.of("chunks")));
    }
    try (Served ocean = Served.opened(backend)) {
      long reads = backend.get(OPENED);
      long lists = lists(backend);
      int found = 0;
      for (String key : OPENING) {
        found += ocean.get("/ocean/@main/" + key).statusCode() == 200 ? 1 : 0;
      }
      return new Cost(backend.get(OPENED) - reads, lists(backend) - lists, found);
    }
  }

  private static long lists(CountingBackend backend) {
    return backend.get(ASKED) + backend.get(LISTED);
  }

  @Test
  void aMillionChunksCostNoMoreThanAHundred() {
    int many = Boolean.getBoolean("varve.long") ? 1_000_000 : 60_000;
    Cost small = open(100);
    Cost large = open(many);

    assertThat(small.found()).isEqualTo(5);
    assertThat(large.found()).isEqualTo(5);
    assertThat(large.lists()).isZero();
    // A tree of 10^6 keys has at most three more levels than one of 100, and each of the two ways
    // down that differ, to 'air/7' and to the documents, reads one node more for each.
    assertThat(large.reads()).isBetween(small.reads(), small.reads() + 8);
  }
}
