package dev.varve.lmdb;

import dev.varve.error.BackendException;
import dev.varve.error.NotFoundException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What must be true of a directory before LMDB may touch it. */
final class RepositoryDirectory {
  /** File systems of other machines, whose locks and maps LMDB cannot depend on. */
  private static final Set<String> NETWORK =
      Set.of(
          "nfs",
          "nfs3",
          "nfs4",
          "cifs",
          "smb",
          "smb2",
          "smb3",
          "smbfs",
          "smbfuse",
          "afpfs",
          "webdav",
          "davfs",
          "ncpfs",
          "fuse.sshfs",
          "fuse.s3fs",
          "fuse.rclone",
          "fuse.gcsfuse",
          "fuse.goofys");

  private RepositoryDirectory() {}

  /**
   * The directory, made where it is absent, holding at least a data file without rows. All names on
   * the way to it that were made here, the last one and the data file's are durable.
   *
   * @throws BackendException where it is something else, or holds anything that is no repository
   */
  static Path prepare(Path given, LmdbSettings settings) {
    Path directory = given.toAbsolutePath().normalize();
    try {
      refuseFile(given, directory);
      make(directory);
      Path real = directory.toRealPath();
      refuseNetwork(real, settings);
      Path data = real.resolve(LmdbLayout.DATA);
      if (!Files.exists(data)) {
        refuseOthers(given, real);
        DataFile.make(real);
      }
      // Also where they were there: who made them may have died before they were durable.
      ValueFiles.sync(real);
      for (Path each = real.getParent(); each != null; each = each.getParent()) {
        syncIfPossible(each);
      }
      return real;
    } catch (IOException failed) {
      throw LmdbErrors.of("create a repository", given, failed);
    }
  }

  /**
   * Makes nothing, and refuses what {@link #prepare} would.
   *
   * @return whether a data file is there
   */
  static boolean prepared(Path given, LmdbSettings settings) {
    Path directory = given.toAbsolutePath().normalize();
    try {
      refuseFile(given, directory);
      Path there = directory;
      while (!Files.exists(there) && there.getParent() != null) {
        there = there.getParent();
      }
      refuseNetwork(there.toRealPath(), settings);
      boolean data = Files.exists(directory.resolve(LmdbLayout.DATA));
      if (!data && Files.isDirectory(directory)) {
        refuseOthers(given, directory);
      }
      return data;
    } catch (IOException failed) {
      throw LmdbErrors.of("create a repository", given, failed);
    }
  }

  private static void refuseFile(Path given, Path directory) {
    if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(directory)) {
      throw BackendException.permanent(
          "cannot create a repository in " + given + ": it is not a directory; choose another path",
          null);
    }
  }

  /** Makes the directory and its parents, each name durable. */
  private static void make(Path directory) throws IOException {
    Path parent = directory.getParent();
    if (Files.isDirectory(directory)) {
      return;
    }
    if (parent != null) {
      make(parent);
    }
    try {
      Files.createDirectory(directory);
    } catch (FileAlreadyExistsException raced) {
      if (!Files.isDirectory(directory)) {
        throw raced;
      }
    }
    ValueFiles.sync(parent);
  }

  private static void syncIfPossible(Path folder) {
    try {
      ValueFiles.sync(folder);
    } catch (IOException notOurs) {
      // A folder that may be passed through but not read: the name in it is somebody else's.
    }
  }

  private static void refuseOthers(Path given, Path directory) throws IOException {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
      for (Path each : all) {
        String name = each.getFileName().toString();
        if (!name.startsWith(LmdbLayout.LOCK) && !name.startsWith(LmdbLayout.DATA)) {
          throw BackendException.permanent(
              "cannot create a repository in "
                  + given
                  + ": the directory holds '"
                  + name
                  + "'; choose an empty or a new one",
              null);
        }
      }
    }
  }

  /**
   * The directory of a repository that exists.
   *
   * @throws NotFoundException where there is none
   */
  static Path find(Path given, LmdbSettings settings) {
    String missing = missing(given);
    if (missing != null) {
      throw new NotFoundException(
          "no repository in "
              + given
              + ": "
              + missing
              + "; 'varve init "
              + given
              + "' creates one");
    }
    try {
      Path real = given.toRealPath();
      refuseNetwork(real, settings);
      return real;
    } catch (IOException failed) {
      throw LmdbErrors.of("open the repository", given, failed);
    }
  }

  private static @Nullable String missing(Path given) {
    if (!Files.exists(given)) {
      return Files.notExists(given) ? "there is no such directory" : null;
    }
    if (!Files.isDirectory(given)) {
      return "it is not a directory";
    }
    Path data = given.resolve(LmdbLayout.DATA);
    if (Files.notExists(data)) {
      return "the directory holds no " + LmdbLayout.DATA;
    }
    return Files.isRegularFile(data) && data.toFile().length() == 0
        ? "its creation did not come to an end"
        : null;
  }

  private static void refuseNetwork(Path directory, LmdbSettings settings) {
    String type = type(directory);
    if (isNetwork(type) && !settings.allowNetworkFileSystem()) {
      throw BackendException.permanent(
          "cannot use "
              + directory
              + ": it lies on a network file system ("
              + type
              + "), where locks between machines are not dependable; use a local disk, or an s3://"
              + " repository to share one, or force it with -D"
              + LmdbSettings.ALLOW_NETWORK
              + "=true",
          null);
    }
  }

  private static String type(Path directory) {
    try {
      return Files.getFileStore(directory).type().toLowerCase(Locale.ROOT);
    } catch (IOException untold) {
      // Some containers hide what is mounted; what is not known to be remote is taken for local.
      return "unknown";
    }
  }

  /** Whether a directory is on this machine, as far as can be told. */
  static boolean isLocal(Path directory) {
    return !isNetwork(type(directory));
  }

  static boolean isNetwork(String type) {
    return NETWORK.contains(type);
  }
}
