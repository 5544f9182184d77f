package dev.varve.lmdb;

import dev.varve.error.BackendException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Makes a new LMDB file of what can be saved from a damaged one, and keeps the old one.
 *
 * <ol>
 *   <li>Nobody else may have the repository open; who wants to waits until the end.
 *   <li>The new file is made beside the old one, in {@code rebuilding/}, which is begun anew each
 *       time.
 *   <li>The old file gets a second name, in {@code damaged/}; then the new one takes its place in
 *       one step. So there is a file at every moment, the old one or the new.
 * </ol>
 */
final class Rebuild {
  private static final String FOLDER = "rebuilding";

  private Rebuild() {}

  /**
   * Rebuilds the file of a directory.
   *
   * @throws BackendException where somebody has it open, or the disk cannot take a second file
   */
  static LmdbBackend.Rebuilt run(Path directory, LmdbSettings settings) {
    Path data = directory.resolve(LmdbLayout.DATA);
    AtomicReference<LmdbBackend.@Nullable Rebuilt> rebuilt = new AtomicReference<>();
    boolean alone =
        OpenStore.unlessOpen(directory, () -> rebuilt.set(alone(directory, data, settings)));
    LmdbBackend.Rebuilt done = rebuilt.get();
    if (!alone || done == null) {
      throw busy(directory);
    }
    return done;
  }

  private static BackendException busy(Path directory) {
    return BackendException.permanent(
        "cannot rebuild the repository in "
            + directory
            + ": it is open elsewhere; stop what uses it and try again",
        null);
  }

  private static LmdbBackend.Rebuilt alone(Path directory, Path data, LmdbSettings settings) {
    LockFile.make(directory, NativeEnv.MAX_READERS);
    Path lock = directory.resolve(LmdbLayout.LOCK);
    // LMDB holds a shared lock on the first byte while it is open, and waits for it to open.
    try (RandomAccessFile file = new RandomAccessFile(lock.toFile(), "rw");
        FileLock held = file.getChannel().tryLock(0, 1, false)) {
      if (held == null) {
        throw busy(directory);
      }
      LmdbBackend.Rebuilt rebuilt = rebuild(directory, data, settings);
      // It tells of the old file's last transaction. Whoever waits finds no lock file in it, and is
      // refused; the next to open it makes it anew.
      file.seek(0);
      file.write(new byte[64]);
      return rebuilt;
    } catch (OverlappingFileLockException ours) {
      throw busy(directory);
    } catch (IOException failed) {
      throw LmdbErrors.of("rebuild the repository", directory, failed);
    }
  }

  private static LmdbBackend.Rebuilt rebuild(Path directory, Path data, LmdbSettings settings)
      throws IOException {
    Path fresh = directory.resolve(FOLDER);
    clear(fresh);
    Path real = RepositoryDirectory.prepare(fresh, settings);
    Salvage.Saved saved;
    try (DamagedFile damaged = DamagedFile.open(data)) {
      LiveRows live = LiveRows.of(damaged, data);
      // One that was made without packs must stay so: older programs open it.
      boolean packs = live.has(Table.PACKED) || Files.isDirectory(LmdbLayout.packs(directory));
      boolean deltas = live.has(Table.DELTAS) || Salvage.knew(damaged, Table.DELTAS);
      LmdbSettings kept = settings.withPacks(packs).withDeltas(deltas);
      OpenStore store = OpenStore.of(real, kept, true);
      try {
        saved = new Salvage(damaged, live, store).run(directory);
      } finally {
        store.release();
      }
    }
    Path kept = keep(directory, data);
    Files.move(
        fresh.resolve(LmdbLayout.DATA),
        data,
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    ValueFiles.sync(directory);
    clear(fresh);
    return new LmdbBackend.Rebuilt(kept, saved.blobs(), saved.records(), saved.allRefs());
  }

  /** A second name for the old file, so that it is never without one. */
  private static Path keep(Path directory, Path data) throws IOException {
    Path folder = directory.resolve(AsideFiles.FOLDER);
    Files.createDirectories(folder);
    ValueFiles.sync(directory);
    for (int number = 1; ; number++) {
      Path kept = folder.resolve(LmdbLayout.DATA + "-" + number);
      if (Files.notExists(kept)) {
        try {
          Files.createLink(kept, data);
        } catch (UnsupportedOperationException | FileSystemException noLinks) {
          Files.copy(data, kept);
          try (FileChannel copy = FileChannel.open(kept, StandardOpenOption.WRITE)) {
            copy.force(true);
          }
        }
        ValueFiles.sync(folder);
        return kept;
      }
    }
  }

  /**
   * What is left there is a copy that was never used; or, of a rebuild that was killed at its very
   * begin, a folder in which that was being made.
   */
  private static void clear(Path left) throws IOException {
    if (Files.isDirectory(left, LinkOption.NOFOLLOW_LINKS)) {
      try (DirectoryStream<Path> all = Files.newDirectoryStream(left)) {
        for (Path each : all) {
          clear(each);
        }
      }
    }
    Files.deleteIfExists(left);
  }
}
