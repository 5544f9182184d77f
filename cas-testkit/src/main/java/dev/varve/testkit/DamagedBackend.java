package dev.varve.testkit;

import dev.varve.blob.BlobStore;
import dev.varve.blob.BlobWriter;
import dev.varve.blob.Blobs;
import dev.varve.blob.StoredBlob;
import dev.varve.hash.ContentHash;
import dev.varve.ref.Backend;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A backend some of whose blobs read as if the disk had damaged or lost them; what is stored
 * beneath stays as it is. Thread-safe. Blobs of at most {@link Blobs#MAX_WHOLE} bytes can be
 * damaged, larger ones only lost.
 */
public final class DamagedBackend extends ForwardingBackend {
  private final BlobStore blobs = new DamagedBlobs();

  /** What is read instead; an empty value for a blob that is lost. */
  private final Map<ContentHash, Optional<ByteBuffer>> damage = new ConcurrentHashMap<>();

  /** A backend without damage yet. */
  public DamagedBackend(Backend inner) {
    super(inner);
  }

  /** Flips one bit of the blob; {@code bit} counts from the first bit of the first byte. */
  public void flip(ContentHash hash, long bit) {
    ByteBuffer bytes = copy(hash);
    int index = (int) (bit >>> 3);
    bytes.put(index, (byte) (bytes.get(index) ^ 0x80 >>> (bit & 7)));
    damage.put(hash, Optional.of(bytes));
  }

  /** Cuts the blob to its first bytes. */
  public void cut(ContentHash hash, int length) {
    damage.put(hash, Optional.of(copy(hash).slice(0, length)));
  }

  /** Makes each of two blobs read as the other. */
  public void swap(ContentHash one, ContentHash other) {
    ByteBuffer first = copy(one);
    damage.put(one, Optional.of(copy(other)));
    damage.put(other, Optional.of(first));
  }

  /** Makes the blob read as other bytes. */
  public void replace(ContentHash hash, ByteBuffer bytes) {
    damage.put(hash, Optional.of(bytes.slice()));
  }

  /** Loses the blob. */
  public void delete(ContentHash hash) {
    damage.put(hash, Optional.empty());
  }

  /** Undoes all damage. */
  public void restore() {
    damage.clear();
  }

  private ByteBuffer copy(ContentHash hash) {
    try (StoredBlob blob = blobs.open(hash).orElseThrow()) {
      if (blob.length() > Blobs.MAX_WHOLE) {
        throw new IllegalArgumentException("blob " + hash + " is too large to be damaged");
      }
      ByteBuffer bytes = blob.read(0, (int) blob.length());
      return ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
    }
  }

  @Override
  public BlobStore blobs() {
    return blobs;
  }

  @Override
  public String location() {
    return "damaged " + inner.location();
  }

  private final class DamagedBlobs implements BlobStore {
    @Override
    public Optional<StoredBlob> open(ContentHash hash) {
      Optional<ByteBuffer> instead = damage.get(hash);
      return instead == null ? inner.blobs().open(hash) : instead.map(DamagedBlob::new);
    }

    @Override
    public Set<ContentHash> missing(Collection<ContentHash> hashes) {
      Set<ContentHash> missing = new HashSet<>(inner.blobs().missing(hashes));
      for (ContentHash each : hashes) {
        Optional<ByteBuffer> instead = damage.get(each);
        if (instead != null && instead.isEmpty()) {
          missing.add(each);
        }
      }
      return missing;
    }

    @Override
    public BlobWriter writer(long epoch) {
      return inner.blobs().writer(epoch);
    }
  }

  private record DamagedBlob(ByteBuffer bytes) implements StoredBlob {
    @Override
    public long length() {
      return bytes.remaining();
    }

    @Override
    public ByteBuffer read(long position, int count) {
      int from = (int) Math.min(position, bytes.remaining());
      return bytes.slice(from, Math.min(count, bytes.remaining() - from)).asReadOnlyBuffer();
    }

    @Override
    public void close() {}
  }
}
