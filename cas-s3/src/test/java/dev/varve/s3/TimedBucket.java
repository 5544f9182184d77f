package dev.varve.s3;

import dev.varve.hash.ContentHash;
import dev.varve.testkit.proxy.Exchange;
import dev.varve.testkit.proxy.Fate;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * A bucket as far away as one wishes: every request takes so long, and is noted. Any number of them
 * run side by side. Thread-safe.
 */
final class TimedBucket implements Bucket {
  private final Bucket inner;
  private final long millis;
  private final List<Exchange> exchanges = new ArrayList<>();

  TimedBucket(Bucket inner, long millis) {
    this.inner = inner;
    this.millis = millis;
  }

  List<Exchange> exchanges() {
    synchronized (exchanges) {
      return List.copyOf(exchanges);
    }
  }

  void forget() {
    synchronized (exchanges) {
      exchanges.clear();
    }
  }

  private <R> R take(
      String request, String key, long sent, Supplier<R> action, ToLongFunction<R> received) {
    long begun = System.nanoTime();
    long bytes = 0;
    try {
      Thread.sleep(millis);
      R result = action.get();
      bytes = received.applyAsLong(result);
      return result;
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new S3Failure(S3Failure.Kind.UNANSWERED, "cannot " + request + ": interrupted", stop);
    } finally {
      Exchange done =
          new Exchange(request, key, Fate.PASS, 200, begun, System.nanoTime(), sent, bytes);
      synchronized (exchanges) {
        exchanges.add(done);
      }
    }
  }

  private void run(String request, String key, long sent, Runnable action) {
    take(
        request,
        key,
        sent,
        () -> {
          action.run();
          return true;
        },
        done -> 0);
  }

  @Override
  public void create(String key, ByteBuffer bytes, Optional<ContentHash> sha256) {
    run("create", key, bytes.remaining(), () -> inner.create(key, bytes, sha256));
  }

  @Override
  public void replace(String key, byte[] bytes) {
    run("replace", key, bytes.length, () -> inner.replace(key, bytes));
  }

  @Override
  public Optional<Piece> get(String key, long position, int count) {
    return take(
        "get",
        key,
        0,
        () -> inner.get(key, position, count),
        piece -> piece.map(each -> (long) each.bytes().remaining()).orElse(0L));
  }

  @Override
  public Optional<Head> head(String key) {
    return take("head", key, 0, () -> inner.head(key), head -> 0);
  }

  @Override
  public void delete(String key) {
    run("delete", key, 0, () -> inner.delete(key));
  }

  @Override
  public OptionalLong length(String key) {
    return take("length", key, 0, () -> inner.length(key), length -> 0);
  }

  @Override
  public Page list(String prefix, Optional<String> after, int max, boolean folders) {
    return take(
        "list",
        prefix,
        0,
        () -> inner.list(prefix, after, max, folders),
        page -> 200L * page.objects().size());
  }

  @Override
  public String beginParts(String key) {
    return take("beginParts", key, 0, () -> inner.beginParts(key), id -> 0);
  }

  @Override
  public Part putPart(String key, String upload, int number, byte[] bytes) {
    return take(
        "putPart", key, bytes.length, () -> inner.putPart(key, upload, number, bytes), part -> 0);
  }

  @Override
  public void joinParts(String key, String upload, List<Part> parts) {
    run("joinParts", key, 0, () -> inner.joinParts(key, upload, parts));
  }

  @Override
  public void joinPartsOver(String key, String upload, List<Part> parts) {
    run("joinPartsOver", key, 0, () -> inner.joinPartsOver(key, upload, parts));
  }

  @Override
  public void dropParts(String key, String upload) {
    run("dropParts", key, 0, () -> inner.dropParts(key, upload));
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
