package dev.varve.zarr;

import dev.varve.ref.Nonce;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A directory that is being filled. The files are made in a directory of an unused name: beside the
 * destination where that is absent, inside where it is an empty directory, which is kept (it may be
 * a mount point or a link). Closing without {@link #finish} removes exactly what was made. One
 * thread.
 */
final class DirectoryTarget implements Closeable {
  private final Path destination;
  private final Path work;
  private final boolean inside;
  private final Partial partial;

  /** What was moved from the working directory to the destination. */
  private final List<Path> moved = new ArrayList<>();

  private @Nullable Path lastParent;
  private boolean finished;

  private DirectoryTarget(Path destination, Path work, boolean inside, Partial partial) {
    this.destination = destination;
    this.work = work;
    this.inside = inside;
    this.partial = partial;
  }

  /**
   * Begins to fill a destination.
   *
   * @throws TransferException where it holds something, or is no directory
   */
  static DirectoryTarget at(Path given, Nonce nonce) throws IOException {
    Path destination = given.toAbsolutePath();
    boolean exists = Files.exists(destination, LinkOption.NOFOLLOW_LINKS);
    if (exists) {
      requireEmpty(given, destination);
    }
    Partial partial = new Partial();
    Path work =
        exists ? destination.resolve(".partial-" + nonce) : Partial.beside(destination, nonce);
    DirectoryTarget target = new DirectoryTarget(destination, work, exists, partial);
    try {
      partial.makeParents(work);
      Files.createDirectory(work);
    } catch (IOException failed) {
      partial.removeParents();
      throw failed;
    }
    return target;
  }

  private static void requireEmpty(Path given, Path destination) throws IOException {
    if (!Files.isDirectory(destination)) {
      throw new TransferException(
          "cannot export to " + given + ": it exists and is no directory; choose another name");
    }
    try (DirectoryStream<Path> children = Files.newDirectoryStream(destination)) {
      if (children.iterator().hasNext()) {
        throw new TransferException(
            "cannot export to "
                + given
                + ": the directory is not empty; choose another, or empty it");
      }
    }
  }

  /** The file for a key, whose directory is made. */
  Path prepare(String relative) throws IOException {
    Path file = RawNames.resolve(work, relative.getBytes(StandardCharsets.UTF_8));
    Path parent = file.getParent();
    // Keys come in order, so those of one directory mostly come together.
    if (parent != null && !parent.equals(lastParent)) {
      Files.createDirectories(parent);
      lastParent = parent;
    }
    return file;
  }

  /** Gives everything its name at the destination. */
  void finish() throws IOException {
    if (!inside) {
      Files.move(work, destination, StandardCopyOption.ATOMIC_MOVE);
      finished = true;
      return;
    }
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(work)) {
      all.forEach(children::add);
    }
    for (Path child : children) {
      Path name = destination.resolve(child.getFileName());
      Files.move(child, name);
      moved.add(name);
    }
    Files.delete(work);
    finished = true;
  }

  @Override
  public void close() throws IOException {
    if (finished) {
      return;
    }
    for (Path child : moved) {
      Partial.remove(child);
    }
    Partial.remove(work);
    partial.removeParents();
  }
}
