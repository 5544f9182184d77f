package dev.varve.s3;

import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** A server that keeps every promise, in memory. Thread-safe: one lock for all. */
final class MemoryBucket implements Bucket {
  private final TreeMap<String, byte[]> objects = new TreeMap<>();
  private final Map<String, TreeMap<Integer, byte[]>> uploads = new HashMap<>();
  private final AtomicLong requests = new AtomicLong();
  private int names;

  /** How many requests were made. */
  long requests() {
    return requests.get();
  }

  /** The keys of all objects, in order. */
  synchronized List<String> keys() {
    return List.copyOf(objects.keySet());
  }

  /** Puts an object there whatever the rules. */
  synchronized void place(String key, byte[] bytes) {
    objects.put(key, bytes.clone());
  }

  /** Removes an object, as a collection would. */
  synchronized byte[] take(String key) {
    return objects.remove(key);
  }

  /** How many uploads in parts were begun and not ended. */
  synchronized int openUploads() {
    return uploads.size();
  }

  @Override
  public synchronized void create(String key, ByteBuffer bytes, Optional<ContentHash> sha256) {
    requests.incrementAndGet();
    refuseIfTaken(key);
    if (sha256.filter(told -> !told.equals(HashAlgorithm.SHA256.hash(bytes))).isPresent()) {
      throw new S3Failure(S3Failure.Kind.REFUSED, "other bytes than " + key + "'s", null);
    }
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    objects.put(key, copy);
  }

  private void refuseIfTaken(String key) {
    if (objects.containsKey(key)) {
      throw new S3Failure(S3Failure.Kind.TAKEN, "cannot write " + key + ": it is there", null);
    }
  }

  @Override
  public synchronized Optional<Piece> get(String key, long position, int count) {
    requests.incrementAndGet();
    byte[] bytes = objects.get(key);
    if (bytes == null) {
      return Optional.empty();
    }
    int from = (int) Math.min(position, bytes.length);
    int size = Math.min(count, bytes.length - from);
    return Optional.of(
        new Piece(ByteBuffer.wrap(bytes, from, size).slice().asReadOnlyBuffer(), bytes.length));
  }

  @Override
  public synchronized Optional<Head> head(String key) {
    requests.incrementAndGet();
    return Optional.ofNullable(objects.get(key))
        .map(
            bytes ->
                new Head(
                    bytes.length, Optional.of(HashAlgorithm.SHA256.hash(ByteBuffer.wrap(bytes)))));
  }

  @Override
  public synchronized void delete(String key) {
    requests.incrementAndGet();
    objects.remove(key);
  }

  @Override
  public synchronized OptionalLong length(String key) {
    requests.incrementAndGet();
    byte[] bytes = objects.get(key);
    return bytes == null ? OptionalLong.empty() : OptionalLong.of(bytes.length);
  }

  @Override
  public synchronized Page list(String prefix, Optional<String> after, int max, boolean folders) {
    requests.incrementAndGet();
    List<Listed> found = new ArrayList<>();
    List<String> cut = new ArrayList<>();
    String last = after.orElse("");
    for (Map.Entry<String, byte[]> each : objects.tailMap(prefix).entrySet()) {
      String key = each.getKey();
      if (!key.startsWith(prefix)) {
        break;
      }
      int slash = folders ? key.indexOf('/', prefix.length()) : -1;
      String name = slash < 0 ? key : key.substring(0, slash + 1);
      if (name.compareTo(last) <= 0) {
        continue;
      }
      if (found.size() + cut.size() == max) {
        return new Page(found, cut, Optional.of(last));
      }
      if (slash < 0) {
        found.add(new Listed(key, each.getValue().length));
      } else {
        cut.add(name);
      }
      last = name;
    }
    return new Page(found, cut, Optional.empty());
  }

  @Override
  public synchronized String beginParts(String key) {
    requests.incrementAndGet();
    String upload = "upload-" + names++;
    uploads.put(upload, new TreeMap<>());
    return upload;
  }

  @Override
  public synchronized Part putPart(String key, String upload, int number, byte[] bytes) {
    requests.incrementAndGet();
    parts(upload).put(number, bytes.clone());
    return new Part(number, "etag-" + number, "");
  }

  private TreeMap<Integer, byte[]> parts(String upload) {
    TreeMap<Integer, byte[]> parts = uploads.get(upload);
    if (parts == null) {
      throw new S3Failure(S3Failure.Kind.GONE, "cannot go on with " + upload + ": gone", null);
    }
    return parts;
  }

  @Override
  public synchronized void joinParts(String key, String upload, List<Part> parts) {
    requests.incrementAndGet();
    TreeMap<Integer, byte[]> stored = parts(upload);
    refuseIfTaken(key);
    int length = parts.stream().mapToInt(part -> stored.get(part.number()).length).sum();
    ByteBuffer all = ByteBuffer.allocate(length);
    parts.forEach(part -> all.put(stored.get(part.number())));
    objects.put(key, all.array());
    uploads.remove(upload);
  }

  @Override
  public synchronized void replace(String key, byte[] bytes) {
    requests.incrementAndGet();
    objects.put(key, bytes.clone());
  }

  @Override
  public synchronized void joinPartsOver(String key, String upload, List<Part> parts) {
    parts(upload);
    objects.remove(key);
    joinParts(key, upload, parts);
  }

  @Override
  public synchronized void dropParts(String key, String upload) {
    requests.incrementAndGet();
    uploads.remove(upload);
  }

  @Override
  public String location() {
    return "s3://memory";
  }

  @Override
  public void close() {}
}
