package dev.varve.blob;

import dev.varve.error.CorruptDataException;
import dev.varve.hash.ContentHash;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Parts of blobs too large to be read whole for each. The first part of a blob costs reading and
 * hashing all of it, of which a checksum of each block is kept; every later part is read from
 * storage again and checked by the blocks it touches. Thread-safe. Memory: {@value #MAX_BYTES}
 * bytes of checksums, those used last, and one block for each part that is read.
 */
final class ProvedRanges {
  private static final long MAX_BYTES = 8 << 20;

  private final VerifiedBlobs blobs;

  /** Guarded by itself, as is the weight; the one not used for longest comes first. */
  private final Map<ContentHash, BlockProof> proofs = new LinkedHashMap<>(16, 0.75f, true);

  private long weight;

  ProvedRanges(VerifiedBlobs blobs) {
    this.blobs = blobs;
  }

  /** Some bytes of an open blob, or as many as there are, proved. */
  ByteBuffer read(String what, ContentHash hash, StoredBlob blob, long position, int count) {
    BlockProof known = known(hash, blob.length());
    if (known != null) {
      try {
        return read(what, hash, blob, known, position, count);
      } catch (CorruptDataException changed) {
        // Told by the hash below, with the one that the bytes have now.
        forget(hash);
      }
    }
    BlockProof proof = prove(what, hash, blob);
    ByteBuffer part = read(what, hash, blob, proof, position, count);
    remember(hash, proof);
    return part;
  }

  private BlockProof prove(String what, ContentHash hash, StoredBlob blob) {
    BlockProof.Maker maker = new BlockProof.Maker(blobs.algorithm(), hash, blob.length());
    for (int i = 0; i < BlockProof.blockCount(blob.length()); i++) {
      maker.block(block(what, hash, blob, i));
    }
    return maker.finish(what);
  }

  private static ByteBuffer read(
      String what, ContentHash hash, StoredBlob blob, BlockProof proof, long position, int count) {
    int size = BlockProof.blockSize(blob.length());
    long from = Math.min(position, blob.length());
    long to = from + Math.min(count, blob.length() - from);
    ByteBuffer part = ByteBuffer.allocate((int) (to - from));
    while (part.hasRemaining()) {
      long at = from + part.position();
      int index = (int) (at / size);
      ByteBuffer block = block(what, hash, blob, index);
      proof.check(what, index, block);
      int skipped = (int) (at - (long) index * size);
      part.put(block.slice(skipped, Math.min(block.remaining() - skipped, part.remaining())));
    }
    return part.flip();
  }

  private static ByteBuffer block(String what, ContentHash hash, StoredBlob blob, int index) {
    int size = BlockProof.blockSize(blob.length());
    long at = (long) index * size;
    int wanted = (int) Math.min(size, blob.length() - at);
    ByteBuffer block = blob.read(at, wanted);
    if (block.remaining() != wanted) {
      throw CorruptDataException.malformed(
          what,
          hash.toString(),
          "it ends after " + (at + block.remaining()) + " of " + blob.length() + " bytes");
    }
    return block;
  }

  private @Nullable BlockProof known(ContentHash hash, long length) {
    synchronized (proofs) {
      BlockProof proof = proofs.get(hash);
      return proof != null && proof.length() == length ? proof : null;
    }
  }

  private void forget(ContentHash hash) {
    synchronized (proofs) {
      BlockProof old = proofs.remove(hash);
      weight -= old == null ? 0 : old.weight();
    }
  }

  private void remember(ContentHash hash, BlockProof proof) {
    synchronized (proofs) {
      forget(hash);
      proofs.put(hash, proof);
      weight += proof.weight();
      Iterator<BlockProof> eldest = proofs.values().iterator();
      while (weight > MAX_BYTES && proofs.size() > 1) {
        weight -= eldest.next().weight();
        eldest.remove();
      }
    }
  }
}
