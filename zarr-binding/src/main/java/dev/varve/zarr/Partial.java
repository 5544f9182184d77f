package dev.varve.zarr;

import dev.varve.ref.Nonce;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an export makes on the way to its destination, and how to take it away again. */
final class Partial {
  /** Directories above the destination that had to be made, the innermost first. */
  private final Deque<Path> made = new ArrayDeque<>();

  /** Makes the directories above a destination that are missing. */
  void makeParents(Path destination) throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    Optional<Path> at = parent(destination);
    while (at.isPresent() && !Files.exists(at.get(), LinkOption.NOFOLLOW_LINKS)) {
      missing.push(at.get());
      at = parent(at.get());
    }
    for (Path directory : missing) {
      Files.createDirectory(directory);
      made.push(directory);
    }
  }

  /** Removes the directories that were made, as far as nobody put anything else there. */
  void removeParents() {
    try {
      for (Path directory : made) {
        Files.deleteIfExists(directory);
      }
    } catch (IOException inUse) {
      // Somebody else uses it by now: it is not ours to remove.
    }
  }

  /** A name beside another that nobody uses. */
  static Path beside(Path destination, Nonce nonce) {
    return destination.resolveSibling(destination.getFileName() + ".partial-" + nonce);
  }

  private static Optional<Path> parent(Path path) {
    return Optional.ofNullable(path.getParent());
  }

  /** Removes a file, or a directory with everything in it; nothing where it is absent. */
  static void remove(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        path,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes kind) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failed) throws IOException {
            if (failed instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw failed;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failed)
              throws IOException {
            if (failed != null) {
              throw failed;
            }
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
