package dev.varve.lmdb;

import dev.varve.blob.StoredBlob;
import dev.varve.hash.HashAlgorithm;
import dev.varve.hash.Hasher;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/**
 * Damaged bytes that a repair took out of the way, as files below {@code damaged/}. Thread-safe.
 *
 * <p>A file's name ends with the beginning of the SHA-256 of its bytes: keeping the same bytes
 * again changes nothing, and nothing is ever overwritten by others. Every file is durable when its
 * path is returned.
 */
final class AsideFiles {
  static final String FOLDER = "damaged";
  private static final int PART = 1 << 20;
  private static final int DIGITS = 16;

  private final Path directory;

  /** Below the directory of a repository. */
  AsideFiles(Path directory) {
    this.directory = directory;
  }

  /** Keeps bytes; returns where. */
  Path keep(String name, ByteBuffer bytes) {
    return copy(name, (file, hasher) -> write(file, hasher, bytes));
  }

  private static void write(RandomAccessFile file, Hasher hasher, ByteBuffer bytes)
      throws IOException {
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    file.write(copy);
    hasher.update(copy, 0, copy.length);
  }

  /** Keeps a blob of any length; returns where. */
  Path keep(String name, StoredBlob blob) {
    return copy(
        name,
        (file, hasher) -> {
          for (long at = 0; at < blob.length(); at += PART) {
            write(file, hasher, blob.read(at, PART));
          }
        });
  }

  /** Takes a file away from its place; returns where it is, or null where there was none. */
  @Nullable Path move(String name, Path file) {
    try {
      if (Files.notExists(file)) {
        return null;
      }
      Path kept = named(name, hash(file));
      Files.move(file, kept, StandardCopyOption.ATOMIC_MOVE);
      ValueFiles.sync(kept.getParent());
      ValueFiles.sync(file.getParent());
      return kept;
    } catch (IOException failed) {
      throw LmdbErrors.of("move damage aside", file, failed);
    }
  }

  private static Hasher hash(Path path) throws IOException {
    Hasher hasher = HashAlgorithm.SHA256.hasher();
    byte[] part = new byte[PART];
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      for (int n = file.read(part); n >= 0; n = file.read(part)) {
        hasher.update(part, 0, n);
      }
    }
    return hasher;
  }

  private interface Contents {
    void write(RandomAccessFile file, Hasher hasher) throws IOException;
  }

  private Path copy(String name, Contents contents) {
    Path incoming = folder().resolve("incoming-" + ProcessHandle.current().pid());
    try {
      Hasher hasher = HashAlgorithm.SHA256.hasher();
      synchronized (AsideFiles.class) {
        try (RandomAccessFile file = new RandomAccessFile(incoming.toFile(), "rw")) {
          file.setLength(0);
          contents.write(file, hasher);
          file.getFD().sync();
        }
        Path kept = named(name, hasher);
        Files.move(incoming, kept, StandardCopyOption.ATOMIC_MOVE);
        ValueFiles.sync(kept.getParent());
        return kept;
      }
    } catch (IOException failed) {
      throw LmdbErrors.of("keep damage aside", incoming, failed);
    }
  }

  private Path named(String name, Hasher hasher) {
    return folder().resolve(name + "-" + hasher.finish().toString().substring(0, DIGITS));
  }

  private Path folder() {
    Path folder = directory.resolve(FOLDER);
    try {
      if (!Files.isDirectory(folder)) {
        Files.createDirectories(folder);
        ValueFiles.sync(directory);
      }
      return folder;
    } catch (IOException failed) {
      throw LmdbErrors.of("make a folder for damage", folder, failed);
    }
  }
}
