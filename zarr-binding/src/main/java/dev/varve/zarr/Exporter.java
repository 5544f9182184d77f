package dev.varve.zarr;

import dev.varve.error.NotFoundException;
import dev.varve.tree.KeyEntry;
import dev.varve.version.Environment;
import dev.varve.version.Snapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;

/**
 * Writes a snapshot as files: a directory, or a zip. Every value is verified before its last byte
 * is written, and a refused or failed export leaves nothing behind: files are made under a name of
 * their own, and get the destination's name when all are there. Only a killed process can leave
 * such a {@code .partial-} name behind. Nothing is forced to disk.
 *
 * <p>Memory: values up to 64 MiB in all. Thread-safe where its progress is.
 */
public final class Exporter {
  private final Environment environment;
  private final int threads;
  private final TransferProgress progress;

  /** An exporter that reads and writes with so many threads; the environment gives unused names. */
  public Exporter(Environment environment, int threads, TransferProgress progress) {
    this.environment = environment;
    this.threads = threads;
    this.progress = progress;
  }

  /** To a zip where the destination's name ends in {@code .zip}, else to a directory. */
  public ExportReport run(Snapshot snapshot, ZarrPath at, Path destination) {
    Path name = destination.getFileName();
    return name != null && name.toString().endsWith(".zip")
        ? toZip(snapshot, at, destination)
        : toDirectory(snapshot, at, destination);
  }

  /**
   * Writes what lies below {@code at} as files of a directory, which must be empty or absent.
   *
   * @throws NotFoundException where nothing lies below {@code at}
   * @throws TransferException where the destination is in use or cannot be written, or a key would
   *     have to be both a file and a directory, before anything is written
   */
  public ExportReport toDirectory(Snapshot snapshot, ZarrPath at, Path destination) {
    requireKeys(snapshot, at);
    PathClash.refuse(snapshot.entries(at.directory()), destination);
    try (DirectoryTarget target = DirectoryTarget.at(destination, environment.nonce())) {
      Count count = new Count();
      try (Pipeline<KeyEntry> pipeline = new Pipeline<>(threads, "varve-export", count::add)) {
        for (Iterator<KeyEntry> keys = snapshot.entries(at.directory()); keys.hasNext(); ) {
          KeyEntry next = keys.next();
          Path file = target.prepare(at.relative(next.key()).orElseThrow());
          pipeline.submit(
              () -> {
                Values.write(snapshot, next, file);
                return next;
              },
              0);
        }
        pipeline.finish();
      }
      target.finish();
      return count.report(destination);
    } catch (IOException failed) {
      throw failed(destination, failed);
    } catch (UncheckedIOException failed) {
      throw failed(destination, failed.getCause());
    }
  }

  /**
   * Writes what lies below {@code at} as a zip, which must not exist. Entries are stored, in key
   * order, and dated 1980-01-01, so equal snapshots give equal bytes.
   *
   * @throws NotFoundException where nothing lies below {@code at}
   * @throws TransferException where the destination exists or cannot be written
   */
  public ExportReport toZip(Snapshot snapshot, ZarrPath at, Path destination) {
    requireKeys(snapshot, at);
    try (ZipTarget target = ZipTarget.at(destination, environment.nonce())) {
      Count count = new Count();
      StoredZipWriter zip = target.writer();
      try (Pipeline<Values.Read> pipeline =
          new Pipeline<>(
              threads,
              "varve-export",
              read -> {
                byte[] name =
                    at.relative(read.at().key()).orElseThrow().getBytes(StandardCharsets.UTF_8);
                Values.store(snapshot, read, name, zip);
                count.add(read.at());
              })) {
        for (Iterator<KeyEntry> keys = snapshot.entries(at.directory()); keys.hasNext(); ) {
          KeyEntry next = keys.next();
          pipeline.submit(() -> Values.read(snapshot, next), Values.held(next.entry()));
        }
        pipeline.finish();
      }
      target.finish();
      return count.report(destination);
    } catch (IOException failed) {
      throw failed(destination, failed);
    } catch (UncheckedIOException failed) {
      throw failed(destination, failed.getCause());
    }
  }

  private static void requireKeys(Snapshot snapshot, ZarrPath at) {
    if (!at.isRoot() && snapshot.totals(at.directory()).keys() == 0) {
      throw new NotFoundException(
          "cannot export " + at + ": nothing lies below it in commit " + snapshot.id().brief());
    }
  }

  private static TransferException failed(Path destination, IOException failed) {
    return new TransferException(
        "cannot export to "
            + destination
            + ": "
            + DirectorySource.reason(failed)
            + "; nothing was left there",
        failed);
  }

  private final class Count {
    private long keys;
    private long bytes;

    void add(KeyEntry done) {
      keys++;
      bytes += done.entry().length();
      progress.done(keys, bytes);
    }

    ExportReport report(Path destination) {
      return new ExportReport(keys, bytes, destination);
    }
  }
}
