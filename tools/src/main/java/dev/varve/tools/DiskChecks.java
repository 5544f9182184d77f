package dev.varve.tools;

import dev.varve.error.NotFoundException;
import dev.varve.error.StoreException;
import dev.varve.ref.Backend;
import dev.varve.ref.CheckableBackend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Finds out by trying whether a repository is safe in a directory: its file system, the disk, locks
 * and rights, and the pages of what is there. Makes one file of its own in the directory and
 * removes it. One thread.
 */
final class DiskChecks {
  /** Disks whose files end with the power. */
  private static final Set<String> VOLATILE = Set.of("tmpfs", "ramfs", "devtmpfs");

  private static final int SYNCS = 9;
  private static final long LITTLE = 1L << 30;
  private static final long NOTHING = 64L << 20;

  private final Path directory;
  private final Backends backends;
  private final LongSupplier nanos;
  private final Consumer<Checked> found;

  DiskChecks(Path directory, Backends backends, LongSupplier nanos, Consumer<Checked> found) {
    this.directory = directory;
    this.backends = backends;
    this.nanos = nanos;
    this.found = found;
  }

  private void tell(String check, Checked.Verdict verdict, String words) {
    found.accept(new Checked(check, verdict, words));
  }

  void run() {
    if (!Files.isDirectory(directory)) {
      tell("directory", Checked.Verdict.UNSAFE, "there is no directory " + directory);
      return;
    }
    fileSystem();
    if (rights()) {
      trial();
    }
    repository();
  }

  private void fileSystem() {
    try {
      FileStore store = Files.getFileStore(directory);
      String type = store.type().toLowerCase(Locale.ROOT);
      if (VOLATILE.contains(type)) {
        tell(
            "file-system",
            Checked.Verdict.WARNING,
            "it lies in memory (" + type + "): everything is gone when the machine stops");
      } else {
        tell("file-system", Checked.Verdict.GOOD, "the file system is " + type);
      }
      long free = store.getUsableSpace();
      tell(
          "space",
          free < NOTHING
              ? Checked.Verdict.UNSAFE
              : free < LITTLE ? Checked.Verdict.WARNING : Checked.Verdict.GOOD,
          Words.size(free) + " are free");
    } catch (IOException hidden) {
      tell("file-system", Checked.Verdict.NOTE, "cannot be told: " + hidden.getMessage());
    }
  }

  private boolean rights() {
    if (!Files.isReadable(directory) || !Files.isExecutable(directory)) {
      tell("rights", Checked.Verdict.UNSAFE, "this user may not read the directory");
      return false;
    }
    if (!Files.isWritable(directory)) {
      tell("rights", Checked.Verdict.WARNING, "this user may read the directory and not write");
      return false;
    }
    tell("rights", Checked.Verdict.GOOD, "this user may read and write");
    return true;
  }

  /** With a file of its own: is it synced, and locked? */
  private void trial() {
    // Not a name that a repository has or refuses for long: it is gone before this returns.
    Path file = directory.resolve(".varve-doctor-" + ProcessHandle.current().pid());
    try {
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        sync(channel);
        try (FileLock lock = channel.tryLock()) {
          tell(
              "locks",
              lock == null ? Checked.Verdict.UNSAFE : Checked.Verdict.GOOD,
              lock == null ? "a new file is locked already" : "files can be locked");
        }
      } finally {
        Files.deleteIfExists(file);
      }
      // Windows has no handle on a directory; its file systems keep names in a journal.
      if (!System.getProperty("os.name", "").startsWith("Windows")) {
        try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
          names.force(true);
        }
      }
    } catch (IOException failed) {
      tell("disk", Checked.Verdict.UNSAFE, "the disk refuses: " + failed);
    }
  }

  private void sync(FileChannel channel) throws IOException {
    long[] took = new long[SYNCS];
    for (int i = 0; i < SYNCS; i++) {
      channel.write(ByteBuffer.allocate(4096), i * 4096L);
      long begun = nanos.getAsLong();
      channel.force(true);
      took[i] = nanos.getAsLong() - begun;
    }
    Arrays.sort(took);
    long micros = took[SYNCS / 2] / 1000;
    boolean incredible = micros < 20;
    tell(
        "fsync",
        incredible ? Checked.Verdict.NOTE : Checked.Verdict.GOOD,
        "a sync takes "
            + micros
            + " us"
            + (incredible ? ": no disk is that fast, so it may be lost with the power" : ""));
  }

  /** Opening it proves file system, map and locks as LMDB needs them. */
  private void repository() {
    try (Backend opened = backends.open(directory)) {
      boolean there = opened.config().isPresent();
      if (opened instanceof CheckableBackend checkable) {
        checkable.checkStructure();
      }
      tell(
          "repository",
          Checked.Verdict.GOOD,
          (there ? "a repository is there" : "an unfinished repository is there")
              + "; it was mapped, and its pages are sound ('varve verify' proves the values)");
    } catch (NotFoundException none) {
      tell("repository", Checked.Verdict.NOTE, String.valueOf(none.getMessage()));
    } catch (StoreException broken) {
      tell("repository", Checked.Verdict.UNSAFE, String.valueOf(broken.getMessage()));
    }
  }
}
