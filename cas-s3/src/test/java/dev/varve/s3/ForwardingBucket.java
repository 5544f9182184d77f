package dev.varve.s3;

import dev.varve.hash.ContentHash;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Hands every request on; tests override what they want otherwise. */
class ForwardingBucket implements Bucket {
  private final Bucket inner;

  ForwardingBucket(Bucket inner) {
    this.inner = inner;
  }

  @Override
  public void create(String key, ByteBuffer bytes, Optional<ContentHash> sha256) {
    inner.create(key, bytes, sha256);
  }

  @Override
  public void replace(String key, byte[] bytes) {
    inner.replace(key, bytes);
  }

  @Override
  public Optional<Piece> get(String key, long position, int count) {
    return inner.get(key, position, count);
  }

  @Override
  public Optional<Head> head(String key) {
    return inner.head(key);
  }

  @Override
  public OptionalLong length(String key) {
    return inner.length(key);
  }

  @Override
  public Page list(String prefix, Optional<String> after, int max, boolean folders) {
    return inner.list(prefix, after, max, folders);
  }

  @Override
  public String beginParts(String key) {
    return inner.beginParts(key);
  }

  @Override
  public Part putPart(String key, String upload, int number, byte[] bytes) {
    return inner.putPart(key, upload, number, bytes);
  }

  @Override
  public void joinParts(String key, String upload, List<Part> parts) {
    inner.joinParts(key, upload, parts);
  }

  @Override
  public void joinPartsOver(String key, String upload, List<Part> parts) {
    inner.joinPartsOver(key, upload, parts);
  }

  @Override
  public void dropParts(String key, String upload) {
    inner.dropParts(key, upload);
  }

  @Override
  public void delete(String key) {
    inner.delete(key);
  }

  @Override
  public String location() {
    return inner.location();
  }

  @Override
  public void close() {
    inner.close();
  }
}
