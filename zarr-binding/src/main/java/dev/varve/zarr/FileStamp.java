package dev.varve.zarr;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a file system tells of a regular file without reading it. Whoever changes a file's bytes
 * changes this, but for changes within one tick of the file system's clock ({@link #settledAt}) and
 * through memory maps that are not written back yet. Immutable.
 *
 * @param size length in bytes
 * @param modified time of the last change of its bytes, nanoseconds since 1970; programs can set it
 * @param changed time of the last change of anything about it, likewise; programs cannot set it
 * @param inode its number in the file system
 * @param device the file system's number
 */
record FileStamp(long size, long modified, long changed, long inode, long device) {
  private static final String WANTED = "unix:isRegularFile,size,lastModifiedTime,ctime,ino,dev";
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /** Longer than a tick of any file system that tells parts of a second. */
  private static final long FINE = TimeUnit.MILLISECONDS.toNanos(100);

  /** Longer than a tick of the others. */
  private static final long COARSE = 2 * SECOND;

  /**
   * The stamp of the file that lies at a path; empty where that is no regular file (a link is
   * none), or the system does not tell all of it.
   */
  static Optional<FileStamp> of(Path file) throws IOException {
    Map<String, Object> told;
    try {
      told = Files.readAttributes(file, WANTED, LinkOption.NOFOLLOW_LINKS);
    } catch (UnsupportedOperationException | IllegalArgumentException notUnix) {
      return Optional.empty();
    }
    return Boolean.TRUE.equals(told.get("isRegularFile"))
            && told.get("size") instanceof Long size
            && told.get("lastModifiedTime") instanceof FileTime modified
            && told.get("ctime") instanceof FileTime changed
            && told.get("ino") instanceof Long inode
            && told.get("dev") instanceof Long device
        ? Optional.of(
            new FileStamp(
                size,
                modified.to(TimeUnit.NANOSECONDS),
                changed.to(TimeUnit.NANOSECONDS),
                inode,
                device))
        : Optional.empty();
  }

  // Written out: it is called for each file, and what a record has is linked when first called.

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof FileStamp that
        && size == that.size
        && modified == that.modified
        && changed == that.changed
        && inode == that.inode
        && device == that.device;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(31 * inode + changed);
  }

  /**
   * Whether any change after a moment, in nanoseconds since 1970, must show as another stamp: both
   * times lie before it by more than a tick of the clock that sets them.
   */
  boolean settledAt(long moment) {
    long tick = changed % SECOND == 0 ? COARSE : FINE;
    return modified < moment - tick && changed < moment - tick;
  }
}
