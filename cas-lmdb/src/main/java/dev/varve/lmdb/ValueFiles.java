package dev.varve.lmdb;

import dev.varve.blob.ValueSource;
import dev.varve.error.BackendException;
import dev.varve.hash.ContentHash;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The values that are files. Thread-safe.
 *
 * <p>A value is written to a file under {@code values/incoming} and synced; in the write
 * transaction that also writes its row it is renamed to its own name, and the folder synced. A file
 * under {@code incoming} is locked as long as the process that writes it lives; one that can be
 * locked is a dead process's and is removed when a repository is opened. All bytes go through
 * {@link RandomAccessFile}, which an interrupt of the thread does not close, unlike a channel.
 */
final class ValueFiles {
  private static final int PART = 1 << 20;

  /**
   * Tells this process's files, which it must not try to lock: closing them would drop its locks.
   */
  private static final String OWNER =
      Long.toHexString(ProcessHandle.current().pid())
          + "-"
          + ProcessHandle.current()
              .info()
              .startInstant()
              .map(i -> Long.toHexString(i.toEpochMilli()))
              .orElse("0");

  private static final AtomicLong COUNT = new AtomicLong();

  private final Path directory;

  /** Folders whose names this process has seen to be durable. */
  private final Set<Path> durable = ConcurrentHashMap.newKeySet();

  ValueFiles(Path directory) {
    this.directory = directory;
  }

  /** A value written and synced but not yet named. Closing it removes it unless it was named. */
  final class Incoming implements AutoCloseable {
    private final Path path;
    private final RandomAccessFile file;
    private final long length;
    private boolean named;

    private Incoming(Path path, RandomAccessFile file, long length) {
      this.path = path;
      this.file = file;
      this.length = length;
    }

    /** Gives the file its name, durably. Called in the write transaction that writes its row. */
    void name(ContentHash hash) {
      if (named) {
        return;
      }
      Path target = LmdbLayout.valueFile(directory, hash);
      try {
        Path folder = target.getParent();
        ensure(folder);
        Files.move(path, target, StandardCopyOption.ATOMIC_MOVE);
        sync(folder);
        named = true;
      } catch (IOException failed) {
        throw LmdbErrors.of("store a value of " + length + " bytes", target, failed);
      }
    }

    @Override
    public void close() {
      try (file) {
        if (!named) {
          Files.deleteIfExists(path);
        }
      } catch (IOException left) {
        // The next process that opens the repository finds it unlocked and removes it.
      }
    }
  }

  /**
   * Copies the source to a file and syncs it.
   *
   * @throws BackendException where the source fails, or has not the length it promised; nothing is
   *     left then
   */
  Incoming write(ValueSource source) {
    Incoming incoming = null;
    boolean whole = false;
    try {
      incoming = begin(source.length());
      copy(source, incoming.file);
      incoming.file.getFD().sync();
      whole = true;
      return incoming;
    } catch (IOException failed) {
      throw LmdbErrors.of("store " + source.label(), directory, failed);
    } finally {
      if (incoming != null && !whole) {
        incoming.close();
      }
    }
  }

  /** A new file, locked. */
  private Incoming begin(long length) throws IOException {
    Path folder = LmdbLayout.incoming(directory);
    ensure(folder.getParent());
    ensure(folder);
    while (true) {
      Path path = folder.resolve(OWNER + "-" + COUNT.incrementAndGet());
      RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
      boolean ours = false;
      try {
        FileLock lock = file.getChannel().tryLock();
        // Between making and locking it, another process may have taken it for a dead one's.
        ours = lock != null && Files.exists(path);
        if (ours) {
          return new Incoming(path, file, length);
        }
      } finally {
        if (!ours) {
          file.close();
        }
      }
    }
  }

  /**
   * Makes a folder, and its name durable. A folder that is there may have been made by a process
   * that died before it synced the name, or by one that has not done so yet.
   */
  private void ensure(@Nullable Path folder) throws IOException {
    if (folder == null || durable.contains(folder) && Files.isDirectory(folder)) {
      return;
    }
    Files.createDirectories(folder);
    sync(folder.getParent());
    durable.add(folder);
  }

  private static void copy(ValueSource source, RandomAccessFile file) throws IOException {
    byte[] part = new byte[PART];
    long length = 0;
    try (InputStream in = source.open()) {
      // To the end of the stream, not to the promised length: at its end a source says whether its
      // bytes were the right ones. One part beyond is enough to know a source that lies, which may
      // never end.
      for (int n = in.read(part); n >= 0 && length <= source.length(); n = in.read(part)) {
        file.write(part, 0, n);
        length += n;
      }
    }
    if (length != source.length()) {
      throw new IOException(
          source.label()
              + " gave "
              + (length > source.length() ? "more than " + source.length() : length)
              + " bytes where "
              + source.length()
              + " were promised");
    }
  }

  /** Where the file of a value is, or would be. */
  Path path(ContentHash hash) {
    return LmdbLayout.valueFile(directory, hash);
  }

  /** Whether the file of a value is there with a length. */
  boolean holds(ContentHash hash, long length) {
    return LmdbLayout.valueFile(directory, hash).toFile().length() == length;
  }

  /** The file of a value, open for reading, or null where it is absent. */
  @Nullable RandomAccessFile open(ContentHash hash) {
    Path path = LmdbLayout.valueFile(directory, hash);
    try {
      return Files.exists(path) ? new RandomAccessFile(path.toFile(), "r") : null;
    } catch (IOException failed) {
      if (Files.notExists(path)) {
        return null;
      }
      throw LmdbErrors.of("read a value", path, failed);
    }
  }

  /** Removes what processes that are gone have left unfinished. Never fails. */
  void removeAbandoned() {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(LmdbLayout.incoming(directory))) {
      for (Path each : all) {
        if (!each.getFileName().toString().startsWith(OWNER + "-")) {
          removeIfAbandoned(each);
        }
      }
    } catch (NoSuchFileException none) {
      // No large value was ever stored.
    } catch (IOException | DirectoryIteratorException unreadable) {
      // It costs space only, and the next opening tries again.
    }
  }

  private static void removeIfAbandoned(Path path) {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
        FileLock lock = file.getChannel().tryLock()) {
      if (lock != null) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | OverlappingFileLockException busy) {
      // In use, already gone, or not ours to remove.
    }
  }

  /** Makes the names in a directory durable, where the system has a way to. */
  static void sync(@Nullable Path folder) throws IOException {
    if (folder == null) {
      return;
    }
    if (System.getProperty("os.name", "").startsWith("Windows")) {
      // Windows has no handle on a directory; its file systems keep names in a journal.
      return;
    }
    // An interrupt closes a channel in use. It is meant for the caller, who gets it back.
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
          channel.force(true);
          return;
        } catch (ClosedByInterruptException meant) {
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
