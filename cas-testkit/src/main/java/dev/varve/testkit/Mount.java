package dev.varve.testkit;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/**
 * A small file system of its own, where the tests run with the right to mount one; elsewhere the
 * test is aborted and says what was not tried. One thread.
 */
public final class Mount implements AutoCloseable {
  private final Path place;

  private Mount(Path place) {
    this.place = place;
  }

  /** Mounts one in memory that holds so much. */
  public static Mount ofMiB(Path place, int size) throws IOException {
    Files.createDirectories(place);
    Assumptions.assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=" + size + "m", "varve-test", place.toString()),
        "no right to mount a file system here: full and read-only disks are not tried");
    return new Mount(place);
  }

  /**
   * Mounts one of ext4 that is kept in a file, and can be made to fail under the processes that
   * write to it.
   *
   * @param image the file; made where it is not there, else checked as after a crash
   */
  public static Mount ofDisk(Path place, Path image, int sizeMiB) throws IOException {
    Files.createDirectories(place);
    boolean made = Files.exists(image);
    if (!made) {
      try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
        file.setLength((long) sizeMiB << 20);
      }
    }
    boolean ready =
        made
            ? run("sh", "-c", "e2fsck -fy \"$0\" || test $? -le 2", image.toString())
            : run("mkfs.ext4", "-q", "-F", image.toString());
    Assumptions.assumeTrue(
        ready && run("mount", "-o", "loop,errors=remount-ro", image.toString(), place.toString()),
        "no right to mount a disk of ext4 here: one that turns read-only is not tried");
    return new Mount(place);
  }

  /** Where it is mounted. */
  public Path place() {
    return place;
  }

  /** Refuses writes from now on; nobody may have a file open to write. */
  public void makeReadOnly() {
    Assumptions.assumeTrue(
        run("mount", "-o", "remount,ro", place.toString()),
        "cannot remount: a read-only disk is not tried");
  }

  /** Gives it room for so much. */
  public void resize(int size) {
    Assumptions.assumeTrue(
        run("mount", "-o", "remount,size=" + size + "m", place.toString()),
        "cannot remount: a disk that has room again is not tried");
  }

  /** Makes a disk of ext4 fail as for a broken device: its kernel lets nobody write any more. */
  public void fail() throws IOException {
    Path device = Path.of(Files.getFileStore(place).name());
    Path trigger = Path.of("/sys/fs/ext4", device.getFileName().toString(), "trigger_fs_error");
    Assumptions.assumeTrue(
        Files.isWritable(trigger),
        "the kernel offers no error to make: a disk that fails is not tried");
    Files.writeString(trigger, "varve test");
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
