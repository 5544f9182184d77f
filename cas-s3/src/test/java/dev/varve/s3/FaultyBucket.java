package dev.varve.s3;

import dev.varve.hash.ContentHash;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** A bucket that asks before each request what shall become of it. Thread-safe as its plan is. */
final class FaultyBucket implements Bucket {
  /** What becomes of a request. */
  enum Fate {
    FINE,
    /** It happens, and its answer is lost. */
    APPLIED_BUT_LOST,
    /** It does not happen, and no answer comes. */
    LOST,
    /** 503. */
    BUSY,
    /** 409. */
    CONTENDED,
    /** 403. */
    REFUSED
  }

  /** Decides. */
  @FunctionalInterface
  interface Plan {
    Fate of(String request, String key);
  }

  private final Bucket inner;
  private volatile Plan plan;

  FaultyBucket(Bucket inner, Plan plan) {
    this.inner = inner;
    this.plan = plan;
  }

  void follow(Plan next) {
    plan = next;
  }

  private <R> R pass(String request, String key, Supplier<R> action) {
    Fate fate = plan.of(request, key);
    String message = "cannot " + request + " " + key + ": " + fate;
    switch (fate) {
      case FINE -> {
        return action.get();
      }
      case APPLIED_BUT_LOST -> {
        // A refusal is lost like any other answer.
        try {
          R unheard = action.get();
          throw new S3Failure(S3Failure.Kind.UNANSWERED, message + " of " + unheard, null);
        } catch (S3Failure refusal) {
          throw new S3Failure(S3Failure.Kind.UNANSWERED, message, refusal);
        }
      }
      case LOST -> throw new S3Failure(S3Failure.Kind.UNANSWERED, message, null);
      case BUSY -> throw new S3Failure(S3Failure.Kind.BUSY, message, null);
      case CONTENDED -> throw new S3Failure(S3Failure.Kind.CONTENDED, message, null);
      case REFUSED -> throw new S3Failure(S3Failure.Kind.REFUSED, message, null);
    }
    throw new AssertionError(fate);
  }

  private void run(String request, String key, Runnable action) {
    pass(
        request,
        key,
        () -> {
          action.run();
          return true;
        });
  }

  @Override
  public void create(String key, ByteBuffer bytes, Optional<ContentHash> sha256) {
    run("create", key, () -> inner.create(key, bytes, sha256));
  }

  @Override
  public Optional<Piece> get(String key, long position, int count) {
    return pass("get", key, () -> inner.get(key, position, count));
  }

  @Override
  public Optional<Head> head(String key) {
    return pass("head", key, () -> inner.head(key));
  }

  @Override
  public void delete(String key) {
    pass(
        "delete",
        key,
        () -> {
          inner.delete(key);
          return key;
        });
  }

  @Override
  public OptionalLong length(String key) {
    return pass("length", key, () -> inner.length(key));
  }

  @Override
  public Page list(String prefix, Optional<String> after, int max, boolean folders) {
    return pass("list", prefix, () -> inner.list(prefix, after, max, folders));
  }

  @Override
  public String beginParts(String key) {
    return pass("beginParts", key, () -> inner.beginParts(key));
  }

  @Override
  public Part putPart(String key, String upload, int number, byte[] bytes) {
    return pass("putPart", key, () -> inner.putPart(key, upload, number, bytes));
  }

  @Override
  public void joinParts(String key, String upload, List<Part> parts) {
    run("joinParts", key, () -> inner.joinParts(key, upload, parts));
  }

  @Override
  public void replace(String key, byte[] bytes) {
    run("replace", key, () -> inner.replace(key, bytes));
  }

  @Override
  public void joinPartsOver(String key, String upload, List<Part> parts) {
    run("joinPartsOver", key, () -> inner.joinPartsOver(key, upload, parts));
  }

  @Override
  public void dropParts(String key, String upload) {
    run("dropParts", key, () -> inner.dropParts(key, upload));
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
