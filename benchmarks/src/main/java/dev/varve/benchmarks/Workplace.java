package dev.varve.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where scenarios put their data, and how much of it they make. Immutable.
 *
 * @param disk a directory on the disk that is measured
 * @param memory a directory that needs no syncing, for what is left of a figure without the disk
 * @param scale 1 for the row as written, less for a try
 */
record Workplace(Path disk, Path memory, double scale) {
  /** One of the two places, and its name in results. */
  record Place(String label, Path directory) {
    /** An empty directory in this place, which does not exist yet. */
    Path fresh(String name) {
      Path path = directory.resolve("varve-bench-" + name);
      remove(path);
      return path;
    }
  }

  List<Place> places() {
    return List.of(onDisk(), inMemory());
  }

  Place onDisk() {
    return new Place("disk", disk);
  }

  Place inMemory() {
    return new Place("memory", memory);
  }

  /** A number of the row's description at this scale, at least 10. */
  int scaled(int full) {
    return (int) Math.max(Math.min(full, 10), Math.round(full * scale));
  }

  static void remove(Path path) {
    if (Files.notExists(path)) {
      return;
    }
    try (Stream<Path> all = Files.walk(path)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Length of all files below a path, in bytes. */
  static long size(Path path) {
    try (Stream<Path> all = Files.walk(path)) {
      return all.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
