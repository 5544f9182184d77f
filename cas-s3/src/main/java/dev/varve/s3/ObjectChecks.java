package dev.varve.s3;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Checks of single objects: written, read at once, read in parts, proved by checksums. One thread.
 *
 * @param created is told every key before it is written
 */
record ObjectChecks(Probe probe, Attempts attempts, String folder, Consumer<String> created) {
  /** The object that {@link #write} makes. */
  static final String FIRST = "first";

  private static final int LENGTH = 1000;

  private static byte[] bytes(int seed) {
    byte[] bytes = new byte[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      bytes[i] = (byte) (i * 31 + seed);
    }
    return bytes;
  }

  private void create(String key, byte[] bytes) {
    created.accept(key);
    ConditionalWrite.Outcome outcome =
        new ConditionalWrite(attempts)
            .write(
                () -> probe.bucket().create(key, bytes),
                () ->
                    probe
                        .bucket()
                        .get(key, 0, LENGTH + 1)
                        .map(piece -> ConditionalWrite.Look.OURS)
                        .orElse(ConditionalWrite.Look.NOTHING));
    if (outcome instanceof ConditionalWrite.Outcome.Unknown unknown) {
      throw unknown.why();
    }
  }

  /** Whether anything can be written; what stands against it is told. */
  boolean write(Consumer<S3Finding> found) {
    try {
      create(folder + FIRST, bytes(0));
      found.accept(S3Finding.good("write", "objects can be written"));
      return true;
    } catch (S3Failure refused) {
      found.accept(
          S3Finding.warning(
              "write",
              "nothing can be written, so only reading was looked at: " + refused.getMessage()));
      return false;
    }
  }

  /** The other checks; a failure ends one of them, not all. */
  void run(Consumer<S3Finding> found) {
    guard("read-after-write", S3Finding.Verdict.UNSAFE, found, this::readAfterWrite);
    guard("checksum-refused", S3Finding.Verdict.WARNING, found, this::checksumRefused);
    guard("checksum-kept", S3Finding.Verdict.NOTE, found, this::checksumKept);
    guard("range", S3Finding.Verdict.UNSAFE, found, this::range);
    guard("range-open", S3Finding.Verdict.NOTE, found, () -> otherRange("range-open", "990-", 990));
    guard(
        "range-suffix", S3Finding.Verdict.NOTE, found, () -> otherRange("range-suffix", "-7", 993));
    guard("parts", S3Finding.Verdict.WARNING, found, this::parts);
  }

  /** One check. */
  @FunctionalInterface
  interface Check {
    S3Finding run();
  }

  /** Runs a check, and makes its failure a finding. */
  static void guard(
      String name, S3Finding.Verdict ifFailed, Consumer<S3Finding> found, Check check) {
    S3Finding finding;
    try {
      finding = check.run();
    } catch (S3Failure failed) {
      finding = new S3Finding(name, ifFailed, String.valueOf(failed.getMessage()));
    }
    found.accept(finding);
  }

  private S3Finding readAfterWrite() {
    for (int i = 0; i < 8; i++) {
      String key = folder + "read-" + i;
      byte[] bytes = bytes(i);
      create(key, bytes);
      Optional<Bucket.Piece> piece = attempts.repeat(() -> probe.bucket().get(key, 0, LENGTH));
      if (piece.isEmpty()) {
        return S3Finding.unsafe("read-after-write", "an object that was just written is not there");
      }
      if (!piece.get().bytes().equals(ByteBuffer.wrap(bytes))) {
        return S3Finding.unsafe(
            "read-after-write",
            "an object has other bytes than were written: the server damages what it is sent");
      }
    }
    return S3Finding.good("read-after-write", "what was written is read at once, byte for byte");
  }

  private S3Finding checksumRefused() {
    String check = "checksum-refused";
    String key = folder + "claimed";
    created.accept(key);
    boolean refused = false;
    try {
      probe.createClaiming(key, bytes(1), bytes(2));
    } catch (S3Failure damaged) {
      refused = true;
    }
    boolean stored = attempts.repeat(() -> probe.bucket().length(key)).isPresent();
    if (refused && !stored) {
      return S3Finding.good(check, "uploads that are not what their SHA-256 says are refused");
    }
    return S3Finding.warning(
        check,
        (refused
                ? "an upload that is not what its SHA-256 says is refused and stored all the same"
                : "uploads are not compared with their SHA-256")
            + ": damage on the way in shows when it is read");
  }

  private S3Finding checksumKept() {
    String check = "checksum-kept";
    Optional<String> kept =
        attempts.repeat(() -> probe.head(folder + FIRST)).flatMap(Probe.Head::sha256);
    if (kept.isEmpty()) {
      return S3Finding.note(
          check, "the server tells no SHA-256 of an object: 'verify --head' proves nothing here");
    }
    return kept.get().equals(AwsBucket.sha256(bytes(0)))
        ? S3Finding.good(
            check,
            "the server keeps the SHA-256 of objects: 'verify --head' compares it with names")
        : S3Finding.warning(check, "the server tells a wrong SHA-256 of an object: " + kept.get());
  }

  private S3Finding range() {
    Bucket.Piece piece =
        attempts.repeat(() -> probe.bucket().get(folder + FIRST, 100, 50)).orElseThrow();
    byte[] expected = Arrays.copyOfRange(bytes(0), 100, 150);
    if (!piece.bytes().equals(ByteBuffer.wrap(expected)) || piece.total() != LENGTH) {
      return S3Finding.unsafe("range", "a range of an object is read as other bytes");
    }
    Optional<byte[]> raw = attempts.repeat(() -> probe.range(folder + FIRST, "bytes=100-149"));
    return raw.orElseThrow().length == expected.length
        ? S3Finding.good("range", "a range of an object is read alone")
        : S3Finding.note(
            "range", "a range is answered with the whole object: parts cost as much as all");
  }

  /** Kinds of ranges that the driver does not use, and other readers of the bucket may. */
  private S3Finding otherRange(String check, String range, int from) {
    Optional<byte[]> raw = attempts.repeat(() -> probe.range(folder + FIRST, "bytes=" + range));
    return Arrays.equals(raw.orElseThrow(), Arrays.copyOfRange(bytes(0), from, LENGTH))
        ? S3Finding.good(check, "ranges such as bytes=" + range + " work")
        : S3Finding.note(check, "ranges such as bytes=" + range + " do not work; Varve needs none");
  }

  /** Values above a part's size are uploaded in parts. */
  private S3Finding parts() {
    String fresh = folder + "parts";
    String taken = folder + FIRST;
    join(fresh);
    Optional<Bucket.Piece> piece = attempts.repeat(() -> probe.bucket().get(fresh, 0, LENGTH));
    if (piece.filter(p -> p.bytes().equals(ByteBuffer.wrap(bytes(3)))).isEmpty()) {
      return S3Finding.unsafe("parts", "an object that was uploaded in parts is not what was sent");
    }
    try {
      join(taken);
    } catch (S3Failure refused) {
      if (refused.kind() == S3Failure.Kind.TAKEN || refused.kind() == S3Failure.Kind.CONTENDED) {
        return S3Finding.good("parts", "uploads in parts work, and are create-only");
      }
      throw refused;
    }
    return S3Finding.note(
        "parts",
        "uploads in parts work, and overwrite what is there in spite of If-None-Match; Varve sends"
            + " equal bytes under equal names, so nothing is lost");
  }

  private void join(String key) {
    created.accept(key);
    Bucket bucket = probe.bucket();
    String upload = bucket.beginParts(key);
    boolean done = false;
    try {
      Bucket.Part part = bucket.putPart(key, upload, 1, bytes(3));
      bucket.joinParts(key, upload, List.of(part));
      done = true;
    } finally {
      if (!done) {
        drop(bucket, key, upload);
      }
    }
  }

  private static void drop(Bucket bucket, String key, String upload) {
    try {
      bucket.dropParts(key, upload);
    } catch (S3Failure left) {
      // The failure that led here is told; the bucket's rule for broken uploads removes the rest.
    }
  }
}
