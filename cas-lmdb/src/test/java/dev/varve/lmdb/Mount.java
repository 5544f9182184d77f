package dev.varve.lmdb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** A small file system of its own, where the tests run with the right to mount one. */
final class Mount implements AutoCloseable {
  private final Path place;

  private Mount(Path place) {
    this.place = place;
  }

  /** Mounts, or skips the test where that is not allowed. */
  static Mount ofMiB(Path place, int size) throws IOException {
    Files.createDirectories(place);
    Assumptions.assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=" + size + "m", "varve-test", place.toString()),
        "no right to mount a file system here");
    return new Mount(place);
  }

  Path place() {
    return place;
  }

  void makeReadOnly() {
    Assumptions.assumeTrue(run("mount", "-o", "remount,ro", place.toString()), "cannot remount");
  }

  private static boolean run(String... command) {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException noSuchProgram) {
      return false;
    } catch (InterruptedException unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  @Override
  public void close() {
    if (!run("umount", place.toString())) {
      run("umount", "-l", place.toString());
    }
  }
}
