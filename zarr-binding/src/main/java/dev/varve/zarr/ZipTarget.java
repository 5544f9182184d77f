package dev.varve.zarr;

import dev.varve.ref.Nonce;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * A zip that is being written, under an unused name beside its destination. Closing without {@link
 * #finish} removes exactly what was made. One thread.
 */
final class ZipTarget implements Closeable {
  private final Path destination;
  private final Path work;
  private final Path directory;
  private final Partial partial;
  private final StoredZipWriter writer;
  private boolean finished;

  private ZipTarget(
      Path destination, Path work, Path directory, Partial partial, StoredZipWriter writer) {
    this.destination = destination;
    this.work = work;
    this.directory = directory;
    this.partial = partial;
    this.writer = writer;
  }

  /**
   * Begins to write a destination.
   *
   * @throws TransferException where it exists
   */
  static ZipTarget at(Path given, Nonce nonce) throws IOException {
    Path destination = given.toAbsolutePath();
    requireAbsent(given);
    Partial partial = new Partial();
    Path work = Partial.beside(destination, nonce);
    Path directory = work.resolveSibling(work.getFileName() + "-directory");
    try {
      partial.makeParents(work);
      return new ZipTarget(
          destination, work, directory, partial, new StoredZipWriter(work, directory));
    } catch (IOException failed) {
      Partial.remove(work);
      partial.removeParents();
      throw failed;
    }
  }

  private static void requireAbsent(Path destination) {
    if (Files.exists(destination, LinkOption.NOFOLLOW_LINKS)) {
      throw new TransferException(
          "cannot export to " + destination + ": it exists; choose another name, or remove it");
    }
  }

  StoredZipWriter writer() {
    return writer;
  }

  /** Completes the zip and gives it its name. */
  void finish() throws IOException {
    writer.finish();
    writer.close();
    requireAbsent(destination);
    Files.move(work, destination);
    finished = true;
    Files.delete(directory);
  }

  @Override
  public void close() throws IOException {
    writer.close();
    if (!finished) {
      Partial.remove(work);
      Partial.remove(directory);
      partial.removeParents();
    }
  }
}
