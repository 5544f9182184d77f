package dev.varve.zarr;

import dev.varve.format.ByteWriter;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.tree.Key;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The hashes of a directory's files as earlier imports found them, so that a file that was not
 * touched since need not be read again. One file for each directory and kind of hash, in a folder
 * of the user's caches: not a part of any repository, and safe to delete at any time.
 *
 * <p>A hash is remembered with the file's size, times, inode and device, and trusted while all of
 * them are the same. As in git's index, one whose times are not older than the moment at which the
 * import began that read it is not remembered: the file may have changed once more within the same
 * tick of the clock. A memory that is damaged, of another version, or written at a time that is yet
 * to come is passed over. Nothing here ever fails an import: what cannot be read is not known, and
 * what cannot be written is not remembered.
 *
 * <p>Memory: one block of 64 KiB each for reading and writing. One thread.
 */
public final class FileMemory implements AutoCloseable {
  /** Files in a folder of memories, and their bytes, before the oldest are removed. */
  private static final int MAX_FILES = 64;

  private static final long MAX_BYTES = 1L << 30;
  private static final String NEW = ".new-";
  private static final long ABANDONED_MILLIS = TimeUnit.DAYS.toMillis(1);

  /** Knows nothing and remembers nothing. */
  public static final FileMemory NONE = new FileMemory(null, ContentHash.ZERO, 0, false);

  private final @Nullable Path file;
  private final ContentHash subject;
  private final long moment;
  private final boolean forget;
  private @Nullable FileMemoryReader known;
  private @Nullable FileMemoryWriter learned;
  private @Nullable Path temporary;

  private FileMemory(@Nullable Path file, ContentHash subject, long moment, boolean forget) {
    this.file = file;
    this.subject = subject;
    this.moment = moment;
    this.forget = forget;
  }

  /**
   * The memory of a directory's files.
   *
   * @param folder where memories are; made where it is absent
   * @param algorithm the hash of the repository to import into
   * @param nowMillis now, before anything of the directory is read; milliseconds since 1970
   * @param forget whether to trust nothing that is remembered, and remember anew
   */
  public static FileMemory of(
      Path folder, Path directory, HashAlgorithm algorithm, long nowMillis, boolean forget) {
    try {
      ByteWriter names = new ByteWriter().string(algorithm.label());
      names.string(directory.toRealPath().toUri().toString());
      ContentHash subject = HashAlgorithm.SHA256.hash(names.toBytes());
      Path file = folder.resolve(subject.toString());
      return new FileMemory(file, subject, TimeUnit.MILLISECONDS.toNanos(nowMillis), forget);
    } catch (IOException unreadable) {
      return NONE;
    }
  }

  /** Whether anything can be known or remembered. */
  boolean inUse() {
    return file != null;
  }

  /** Begins with the first key. */
  void begin() {
    close();
    known = open();
  }

  private @Nullable FileMemoryReader open() {
    return file == null || forget ? null : FileMemoryReader.open(file, subject, moment);
  }

  /** The hash of a file that is as it was. Keys are asked for in order. */
  Optional<ContentHash> find(Key key, FileStamp stamp) {
    return known == null ? Optional.empty() : known.find(key.toUtf8(), stamp);
  }

  /**
   * Takes in the hash of a file that had this stamp before it was read, or was found here. Keys
   * come in order; every key that was found is told, too.
   *
   * @param found whether it was known already
   */
  void learn(Key key, FileStamp stamp, ContentHash hash, boolean found) {
    if (file == null || learned == null && (found || !stamp.settledAt(moment))) {
      return;
    }
    try {
      if (learned == null) {
        learned = beginAt(file, key);
      }
      if (stamp.settledAt(moment)) {
        learned.add(key.toUtf8(), stamp, hash);
      }
    } catch (IOException full) {
      discard();
    }
  }

  /** A new file, with all that was known before the first key that was not. */
  private FileMemoryWriter beginAt(Path target, Key first) throws IOException {
    Path folder = target.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    temporary = Files.createTempFile(folder, target.getFileName().toString(), NEW);
    FileMemoryWriter writer = new FileMemoryWriter(temporary, subject, moment);
    try (FileMemoryReader before = open()) {
      if (before != null) {
        before.copyBefore(first.toUtf8(), writer);
      }
    } catch (IOException failed) {
      writer.close();
      throw failed;
    }
    return writer;
  }

  /**
   * Lets what was learned take the place of what was known: called when the import is done. Where
   * nothing new was learned nothing is written.
   */
  public void keep() {
    if (file == null || learned == null || temporary == null) {
      return;
    }
    try {
      learned.finish();
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      learned = null;
      temporary = null;
      sweep(file.toAbsolutePath().getParent());
    } catch (IOException failed) {
      discard();
    }
  }

  /** Removes the memories longest unused beyond the bounds, and what killed processes left. */
  private void sweep(Path folder) throws IOException {
    record Found(Path path, long bytes, FileTime time) {}
    List<Found> all = new ArrayList<>();
    try (Stream<Path> children = Files.list(folder)) {
      for (Path each : children.toList()) {
        all.add(new Found(each, Files.size(each), Files.getLastModifiedTime(each)));
      }
    }
    all.sort(Comparator.comparing(Found::time).reversed());
    long bytes = 0;
    int files = 0;
    long now = TimeUnit.NANOSECONDS.toMillis(moment);
    for (Found each : all) {
      boolean unfinished = each.path.getFileName().toString().endsWith(NEW);
      files++;
      bytes += each.bytes;
      if (unfinished
          ? now - each.time.toMillis() > ABANDONED_MILLIS
          : files > MAX_FILES || bytes > MAX_BYTES) {
        Files.deleteIfExists(each.path);
      }
    }
  }

  private void discard() {
    try {
      if (learned != null) {
        learned.close();
      }
      if (temporary != null) {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException left) {
      // A later sweep removes it.
    }
    learned = null;
    temporary = null;
  }

  /** Drops what was learned and not kept. */
  @Override
  public void close() {
    discard();
    if (known != null) {
      known.close();
      known = null;
    }
  }
}
