package dev.varve.check;

import dev.varve.blob.ChecksummedBlobs;
import dev.varve.error.CorruptDataException;
import dev.varve.error.MissingBlobException;
import dev.varve.hash.ContentHash;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Proves values by the checksums that their storage keeps, without reading them. It believes the
 * storage: bytes that rotted under a checksum that did not are not found. For repositories whose
 * names are SHA-256. Thread-safe.
 */
public final class ChecksumProof implements ValueProof {
  private final ChecksummedBlobs blobs;
  private final AtomicLong unproven = new AtomicLong();

  /** By the checksums of {@code blobs}. */
  public ChecksumProof(ChecksummedBlobs blobs) {
    this.blobs = blobs;
  }

  /** How many values have no checksum of their whole: nothing is known of them but the length. */
  public long unproven() {
    return unproven.get();
  }

  @Override
  public long prove(String what, ContentHash hash) {
    ChecksummedBlobs.Stored stored =
        blobs.stored(hash).orElseThrow(() -> new MissingBlobException(what, hash.toString()));
    if (stored.sha256().isEmpty()) {
      unproven.incrementAndGet();
    } else if (!stored.sha256().get().equals(hash)) {
      throw CorruptDataException.wrongHash(what, hash.toString(), stored.sha256().get().toString());
    }
    return stored.length();
  }
}
