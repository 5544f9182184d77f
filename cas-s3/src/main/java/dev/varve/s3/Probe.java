package dev.varve.s3;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The requests by which a server is examined, beside those of {@link Bucket} that the driver makes.
 * Thread-safe. Every failure is an {@link S3Failure}.
 */
interface Probe extends AutoCloseable {
  /** The driver's own requests, sent as the driver sends them. */
  Bucket bucket();

  /**
   * As {@link Bucket#create}, with a body that calls {@code halfway} when half of it has gone, once
   * each time that it is read.
   */
  void createSlowly(String key, byte[] bytes, Runnable halfway);

  /** As {@link Bucket#create}, with the SHA-256 of other bytes as a header. */
  void createClaiming(String key, byte[] bytes, byte[] others);

  /** HEAD with checksums, or empty where there is no such object. */
  Optional<Head> head(String key);

  /** GET with a {@code Range} header, or empty where there is no such object. */
  Optional<byte[]> range(String key, String range);

  /** One page of LIST behind a key, without a token. */
  List<String> listAfter(String prefix, String after, int max);

  /** "Enabled", "Suspended", or empty. */
  Optional<String> versioning();

  /** What the bucket's rules do to objects by themselves. */
  List<Rule> lifecycle();

  /** The bucket's default retention in words, or empty where objects are not locked. */
  Optional<String> lock();

  @Override
  void close();

  /**
   * An object without its bytes.
   *
   * @param sha256 the checksum that the server keeps of the whole, in Base64
   * @param date the server's clock
   */
  record Head(long length, Optional<String> sha256, Optional<Instant> date) {}

  /**
   * A rule that is in force.
   *
   * @param prefix of the keys that it is about
   * @param tagged whether it is only about objects with tags, which Varve's do not have
   * @param expires whether it removes objects
   * @param archives the class that it moves them to, from which they cannot be read at once
   * @param dropsParts whether it drops uploads that were broken off
   */
  record Rule(
      String name,
      String prefix,
      boolean tagged,
      boolean expires,
      Optional<String> archives,
      boolean dropsParts) {
    /** Whether it is about any object below {@code folder}. */
    boolean touches(String folder) {
      return !tagged && (prefix.startsWith(folder) || folder.startsWith(prefix));
    }
  }
}
