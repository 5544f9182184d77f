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
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Gives a damaged configuration its bytes back. It says little: which hash names everything, which
 * shows in the stored blobs; and whether one writer at a time may write, which shows in what is
 * left of it, or nowhere, and then the report says so. The rest is the format's. One thread.
 */
final class ConfigRepair {
  /** How many small blobs are asked which hash named them, in case the first are damaged. */
  private static final int ASKED = 64;

  private static final int MOST_BYTES = 1 << 12;

  private static final byte[] SINGLE_WRITER = "single-writer".getBytes(StandardCharsets.US_ASCII);

  private ConfigRepair() {}

  /**
   * Finds the configuration's right bytes. Writes nothing: who may write is what they say.
   *
   * @throws CorruptDataException where it is damaged and nothing tells what it was
   */
  static Right find(RepairableBackend backend, Optional<Repository> other) {
    Optional<ByteBuffer> found = backend.config();
    CorruptDataException damage = damage(found);
    return damage == null
        ? new Right(found.orElseThrow(), found, "", Optional.empty())
        : oneBit(found)
            .or(() -> byStoredBlobs(backend, found))
            .or(() -> byOther(backend, other, found))
            .orElseThrow(() -> damage);
  }

  /**
   * A configuration's right bytes.
   *
   * @param found what stands there
   * @param writers what is to be said of who may write
   * @param source where they are from; empty where they stand there
   */
  record Right(
      ByteBuffer bytes,
      Optional<ByteBuffer> found,
      String writers,
      Optional<RepairEvent.Source> source) {

    /** Gives them back to the backend, where they do not stand there, and tells it. */
    void store(RepairableBackend backend, RepairOptions.Mode mode, Journal journal) {
      if (source.isEmpty()) {
        return;
      }
      if (mode == RepairOptions.Mode.MEND) {
        backend
            .replaceConfig(bytes)
            .ifPresent(p -> journal.movedAside(Finding.Role.CONFIG, "configuration", "config", p));
      } else if (found.isPresent()) {
        journal.movedAside(Finding.Role.CONFIG, "configuration", "config", Journal.NOT_YET);
      }
      journal.repaired(Finding.Role.CONFIG, "configuration" + writers, "config", source.get());
    }
  }

  private static Optional<Right> oneBit(Optional<ByteBuffer> found) {
    return found
        .flatMap(
            bytes -> OneBit.find(bytes, MOST_BYTES, tried -> damage(Optional.of(tried)) == null))
        .map(bytes -> new Right(bytes, found, "", Optional.of(RepairEvent.Source.ONE_BIT)));
  }

  private static Optional<Right> byStoredBlobs(
      RepairableBackend backend, Optional<ByteBuffer> found) {
    return algorithm(backend.blobs())
        .map(hash -> right(RepositoryConfig.of(hash), backend, found, RepairEvent.Source.FORMAT));
  }

  /** What is stored here is taken to be named as it is there, where nothing here can tell. */
  private static Optional<Right> byOther(
      RepairableBackend backend, Optional<Repository> other, Optional<ByteBuffer> found) {
    return other.map(
        repository ->
            right(
                RepositoryConfig.of(repository.config().hash()),
                backend,
                found,
                RepairEvent.Source.OTHER));
  }

  /**
   * Whether one writer at a time may write is a matter of the storage here, whatever holds
   * elsewhere; and a promise that is kept in vain costs three requests, one that is broken costs
   * commits.
   */
  private static Right right(
      RepositoryConfig many,
      RepairableBackend backend,
      Optional<ByteBuffer> found,
      RepairEvent.Source source) {
    boolean single = found.filter(ConfigRepair::mentionsSingleWriter).isPresent();
    return new Right(
        (single ? many.forSingleWriter() : many).in(backend).encode(),
        found,
        single
            ? " (for one writer at a time, as what is left of it says)"
            : " (for many writers: nothing is left that says otherwise; if it was made with"
                + " --single-writer, let only one program write)",
        Optional.of(source));
  }

  /** Whether the feature's name stands there, at least half of it. */
  private static boolean mentionsSingleWriter(ByteBuffer bytes) {
    for (int at = bytes.position(); at + SINGLE_WRITER.length <= bytes.limit(); at++) {
      int alike = 0;
      for (int i = 0; i < SINGLE_WRITER.length; i++) {
        alike += bytes.get(at + i) == SINGLE_WRITER[i] ? 1 : 0;
      }
      if (alike > SINGLE_WRITER.length / 2) {
        return true;
      }
    }
    return false;
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
