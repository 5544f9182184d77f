package dev.varve.repair;

import dev.varve.blob.BlobStore;
import dev.varve.blob.Blobs;
import dev.varve.blob.ScannableBlobs;
import dev.varve.blob.StoredBlob;
import dev.varve.check.Finding;
import dev.varve.error.CorruptDataException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.ref.RepairableBackend;
import dev.varve.version.Repository;
import dev.varve.version.RepositoryConfig;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Gives a damaged configuration its bytes back. It says little: which hash names everything. That
 * shows in the stored blobs, and the rest is the format's. One thread.
 */
final class ConfigRepair {
  /** How many small blobs are asked which hash named them, in case the first are damaged. */
  private static final int ASKED = 64;

  private static final int MOST_BYTES = 1 << 12;

  private ConfigRepair() {}

  /**
   * The configuration's right bytes.
   *
   * @throws CorruptDataException where it is damaged and nothing tells what it was
   */
  static ByteBuffer mend(
      RepairableBackend backend,
      Optional<Repository> other,
      RepairOptions.Mode mode,
      Journal journal) {
    Optional<ByteBuffer> found = backend.config();
    CorruptDataException damage = damage(found);
    if (damage == null) {
      return found.orElseThrow();
    }
    Right right =
        oneBit(found)
            .or(() -> byStoredBlobs(backend))
            .or(() -> byOther(backend, other))
            .orElseThrow(() -> damage);
    if (mode == RepairOptions.Mode.MEND) {
      backend
          .replaceConfig(right.bytes())
          .ifPresent(p -> journal.movedAside(Finding.Role.CONFIG, "configuration", "config", p));
    } else if (found.isPresent()) {
      journal.movedAside(Finding.Role.CONFIG, "configuration", "config", Journal.NOT_YET);
    }
    journal.repaired(Finding.Role.CONFIG, "configuration", "config", right.source());
    return right.bytes();
  }

  /** A configuration's bytes, and where they are from. */
  private record Right(ByteBuffer bytes, RepairEvent.Source source) {}

  private static Optional<Right> oneBit(Optional<ByteBuffer> found) {
    return found
        .flatMap(
            bytes -> OneBit.find(bytes, MOST_BYTES, tried -> damage(Optional.of(tried)) == null))
        .map(bytes -> new Right(bytes, RepairEvent.Source.ONE_BIT));
  }

  private static Optional<Right> byStoredBlobs(RepairableBackend backend) {
    return algorithm(backend.blobs())
        .map(hash -> RepositoryConfig.of(hash).in(backend).encode())
        .map(bytes -> new Right(bytes, RepairEvent.Source.FORMAT));
  }

  /** What is stored here is taken to be named as it is there, where nothing here can tell. */
  private static Optional<Right> byOther(RepairableBackend backend, Optional<Repository> other) {
    return other
        .map(repository -> repository.config().in(backend).encode())
        .map(bytes -> new Right(bytes, RepairEvent.Source.OTHER));
  }

  /** What is wrong, or null. */
  private static @Nullable CorruptDataException damage(Optional<ByteBuffer> found) {
    try {
      if (found.isEmpty()) {
        return CorruptDataException.malformed("the configuration", "config", "it is missing");
      }
      RepositoryConfig.decode(found.get());
      return null;
    } catch (CorruptDataException broken) {
      return broken;
    }
  }

  private static Optional<HashAlgorithm> algorithm(BlobStore store) {
    List<ContentHash> some = new ArrayList<>();
    if (store instanceof ScannableBlobs scannable) {
      scannable.scan(
          (hash, length) -> {
            if (some.size() < ASKED && length <= Blobs.MAX_WHOLE) {
              some.add(hash);
            }
          });
    }
    for (ContentHash hash : some) {
      try (StoredBlob blob = store.open(hash).orElse(null)) {
        ByteBuffer bytes =
            blob == null ? ByteBuffer.allocate(0) : blob.read(0, (int) blob.length());
        for (HashAlgorithm each : HashAlgorithm.values()) {
          if (each.hash(bytes).equals(hash)) {
            return Optional.of(each);
          }
        }
      } catch (CorruptDataException damaged) {
        // The next one may tell.
      }
    }
    return Optional.empty();
  }
}
