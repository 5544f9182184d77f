package dev.varve.s3;

import dev.varve.hash.ContentHash;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The few requests that the driver makes, each sent once. Thread-safe. Every failure is an {@link
 * S3Failure}, which says what the answer proves; who asks decides whether to ask again.
 */
interface Bucket extends AutoCloseable {
  /** PUT with {@code If-None-Match: *} and the SHA-256 of the bytes as a header. */
  default void create(String key, byte[] bytes) {
    create(key, ByteBuffer.wrap(bytes), Optional.empty());
  }

  /**
   * PUT as the other, by who may know the SHA-256 of the bytes: what was read to prove that is not
   * read for it again. Bytes that have another, a server refuses. The buffer's position is
   * unchanged.
   */
  void create(String key, ByteBuffer bytes, Optional<ContentHash> sha256);

  /**
   * GET of {@code count} bytes from {@code position}, or as many as there are.
   *
   * @return empty where there is no such object
   */
  Optional<Piece> get(String key, long position, int count);

  /** HEAD with checksums, or empty where there is no such object. */
  Optional<Head> head(String key);

  /** HEAD: how many bytes an object has, or empty where there is none. */
  OptionalLong length(String key);

  /**
   * One page of LIST, in order of UTF-8 bytes.
   *
   * @param after the token of the page before, or empty for the first
   * @param max at most so many keys and folders
   * @param folders whether keys are cut behind the first '/' that follows the prefix
   */
  Page list(String prefix, Optional<String> after, int max, boolean folders);

  /** Begins an upload in parts and gives its id. */
  String beginParts(String key);

  /** Uploads part {@code number} (from 1), with the SHA-256 of its bytes as a header. */
  Part putPart(String key, String upload, int number, byte[] bytes);

  /** Joins the parts, in order, with {@code If-None-Match: *}. */
  void joinParts(String key, String upload, List<Part> parts);

  /**
   * PUT over whatever is there, with the SHA-256 of the bytes as a header. For repairs alone: the
   * bytes are those that the name stands for, so that it matters neither how often nor how late it
   * happens.
   */
  void replace(String key, byte[] bytes);

  /** Joins the parts, in order, over whatever is there; for repairs alone, as {@link #replace}. */
  void joinPartsOver(String key, String upload, List<Part> parts);

  /** Drops an upload and its parts. */
  void dropParts(String key, String upload);

  /** DELETE of one object; absent ones are deleted already. */
  void delete(String key);

  /** Where this is, for messages. */
  String location();

  @Override
  void close();

  /** Some bytes of an object, and how many it has in all. */
  record Piece(ByteBuffer bytes, long total) {}

  /**
   * An object without its bytes.
   *
   * @param sha256 what the server computed of all bytes when they came in; empty where it keeps
   *     none, or one of their parts only
   */
  record Head(long length, Optional<ContentHash> sha256) {}

  /** An object as a listing tells it. */
  record Listed(String key, long length) {}

  /** A page of a listing; {@code next} is the token of the page after it. */
  record Page(List<Listed> objects, List<String> folders, Optional<String> next) {}

  /** A part as the server answered for it. */
  record Part(int number, String etag, String sha256) {}
}
