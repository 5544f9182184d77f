package dev.varve.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.blob.BlobStore;
import dev.varve.blob.BlobWriter;
import dev.varve.blob.StoredBlob;
import dev.varve.hash.ContentHash;
import dev.varve.memory.MemoryBackend;
import dev.varve.ref.Backend;
import dev.varve.ref.RefStore;
import dev.varve.tree.Key;
import dev.varve.version.CommitInfo;
import dev.varve.version.Transaction;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
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

  /** Counts what is asked of storage. */
  private static final class Counting implements Backend, BlobStore {
    private final Backend inner = new MemoryBackend();
    private final AtomicLong reads = new AtomicLong();
    private final AtomicLong lists = new AtomicLong();

    @Override
    public Optional<StoredBlob> open(ContentHash hash) {
      reads.incrementAndGet();
      return inner.blobs().open(hash);
    }

    @Override
    public Set<ContentHash> missing(Collection<ContentHash> hashes) {
      lists.incrementAndGet();
      return inner.blobs().missing(hashes);
    }

    @Override
    public BlobWriter writer(long epoch) {
      return inner.blobs().writer(epoch);
    }

    @Override
    public BlobStore blobs() {
      return this;
    }

    @Override
    public RefStore refs() {
      return inner.refs();
    }

    @Override
    public Optional<ByteBuffer> config() {
      return inner.config();
    }

    @Override
    public boolean createConfig(ByteBuffer bytes) {
      return inner.createConfig(bytes);
    }

    @Override
    public String location() {
      return inner.location();
    }

    @Override
    public void requireSoleWriter() {
      inner.requireSoleWriter();
    }

    @Override
    public void close() {
      inner.close();
    }
  }

  private record Cost(long reads, long lists, int found) {}

  /** Opens a data set of so many chunks through a server that has read nothing yet. */
  private static Cost open(int chunks) {
    Counting backend = new Counting();
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
      long reads = backend.reads.get();
      long lists = backend.lists.get();
      int found = 0;
      for (String key : OPENING) {
        found += ocean.get("/ocean/@main/" + key).statusCode() == 200 ? 1 : 0;
      }
      return new Cost(backend.reads.get() - reads, backend.lists.get() - lists, found);
    }
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
