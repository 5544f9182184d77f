package dev.varve.lmdb;

import dev.varve.error.BackendException;
import dev.varve.error.CorruptDataException;
import dev.varve.error.StoreException;
import dev.varve.error.UnsupportedFormatException;
import java.io.IOException;
import java.io.SyncFailedException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import org.lmdbjava.Cursor;
import org.lmdbjava.Dbi;
import org.lmdbjava.Env;
import org.lmdbjava.LmdbException;
import org.lmdbjava.LmdbNativeException;
import org.lmdbjava.Txn;

/** Turns what LMDB and the file system say into the failures of the seam, in one place. */
final class LmdbErrors {
  // Equal on Linux, macOS and Windows' C library.
  private static final int EPERM = 1;
  private static final int EIO = 5;
  private static final int ENOMEM = 12;
  private static final int EACCES = 13;
  private static final int EBUSY = 16;
  private static final int ENOSPC = 28;
  private static final int EROFS = 30;
  private static final String FULL = "the disk is full; free some space and try again";
  private static final String READ_ONLY =
      "the disk is read-only; systems do that to a disk that fails, and tell so in their log";

  private static final Set<Integer> EDQUOT = Set.of(122, 69);
  private static final Set<Integer> EAGAIN = Set.of(11, 35);

  private LmdbErrors() {}

  /** Whether the file system forbade it, so that reading may still work. */
  static boolean forbidden(LmdbNativeException failed) {
    int code = failed.getResultCode();
    return code == EACCES || code == EROFS || code == EPERM;
  }

  /**
   * What an operation on the environment failed with.
   *
   * @param operation what was to be done, to follow "cannot"
   */
  static StoreException of(String operation, Path directory, LmdbException failed) {
    if (failed instanceof LmdbNativeException.PageCorruptedException
        || failed instanceof LmdbNativeException.PageNotFoundException
        || failed instanceof LmdbNativeException.PageFullException
        || failed instanceof Cursor.FullException
        || failed instanceof Dbi.IncompatibleException
        || failed instanceof Env.FileInvalidException) {
      return CorruptDataException.malformed(
          "the LMDB file",
          directory.resolve(LmdbLayout.DATA).toString(),
          failed.getMessage(),
          failed);
    }
    if (failed instanceof Env.VersionMismatchException) {
      return new UnsupportedFormatException(
          directory.resolve(LmdbLayout.DATA) + " was written by another version of LMDB");
    }
    if (failed instanceof LmdbNativeException.PanicException) {
      return permanent(
          operation,
          directory,
          "an earlier write failed half-way; close the repository and open it again",
          failed);
    }
    if (failed instanceof Env.ReadersFullException) {
      return BackendException.transientFailure(
          "cannot " + operation + " in " + directory + ": too many readers at once; try again",
          failed);
    }
    if (failed instanceof Env.MapFullException || failed instanceof Txn.TxFullException) {
      return permanent(operation, directory, failed.getMessage(), failed);
    }
    return failed instanceof LmdbNativeException coded
        ? ofCode(operation, directory, coded)
        : permanent(
            operation,
            directory,
            failed.getMessage() == null ? failed.toString() : failed.getMessage(),
            failed);
  }

  private static BackendException ofCode(
      String operation, Path directory, LmdbNativeException failed) {
    int code = failed.getResultCode();
    if (code == ENOSPC || EDQUOT.contains(code) || code == EIO && hasNoRoom(directory)) {
      return permanent(operation, directory, FULL, failed);
    }
    if (code == EROFS) {
      return permanent(operation, directory, READ_ONLY, failed);
    }
    if (forbidden(failed)) {
      return permanent(operation, directory, "writing is not permitted there", failed);
    }
    if (code == ENOMEM) {
      return permanent(
          operation,
          directory,
          "the system gives no more address space; raise 'ulimit -v'",
          failed);
    }
    if (code == EBUSY || EAGAIN.contains(code)) {
      return BackendException.transientFailure(
          "cannot " + operation + " in " + directory + ": " + failed.getMessage() + "; try again",
          failed);
    }
    return permanent(operation, directory, failed.getMessage(), failed);
  }

  /** A write that stops short is reported as an I/O error; where no room is left, that is why. */
  private static boolean hasNoRoom(Path directory) {
    return directory.toFile().getUsableSpace() < 1 << 20;
  }

  /** Whether a file could not be written for lack of room. */
  static boolean full(IOException failed) {
    String reason =
        failed instanceof FileSystemException named && named.getReason() != null
            ? named.getReason()
            : String.valueOf(failed.getMessage());
    String lower = reason.toLowerCase(Locale.ROOT);
    return lower.contains("no space left") || lower.contains("quota");
  }

  /** What an operation on a file failed with. */
  static BackendException of(String operation, Path file, IOException failed) {
    String reason = failed instanceof SyncFailedException ? whyNotSynced(file) : reasonOf(failed);
    return permanent(operation, file, reason, failed);
  }

  private static String reasonOf(IOException failed) {
    if (failed instanceof AccessDeniedException) {
      return "access is denied";
    }
    if (full(failed)) {
      return FULL;
    }
    String reason = failed.getMessage() == null ? failed.toString() : failed.getMessage();
    if (failed instanceof FileSystemException named && named.getReason() != null) {
      reason = named.getReason();
    }
    return reason.toLowerCase(Locale.ROOT).contains("read-only file system") ? READ_ONLY : reason;
  }

  /** Java drops the reason of a sync that failed: what the disk says to a new file is asked for. */
  private static String whyNotSynced(Path file) {
    Path folder = Files.isDirectory(file) ? file : file.toAbsolutePath().getParent();
    try {
      // A name that a repository may be made beside, should the process end before it is gone.
      Files.delete(Files.createTempFile(folder, LmdbLayout.DATA + ".", null));
    } catch (IOException failed) {
      return reasonOf(failed);
    }
    return folder != null && hasNoRoom(folder)
        ? FULL
        : "the system could not write it to the disk; its log tells why";
  }

  private static BackendException permanent(
      String operation, Path place, String why, Throwable cause) {
    return BackendException.permanent("cannot " + operation + " in " + place + ": " + why, cause);
  }
}
