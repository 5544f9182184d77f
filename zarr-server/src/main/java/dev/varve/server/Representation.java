package dev.varve.server;

import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Bytes with a hash, as they are answered with: whole, in part, or not at all where the client has
 * them. Immutable.
 *
 * @param hash the hash of the bytes, which makes the entity tag
 * @param length how many
 * @param type the media type
 * @param bytes gets them
 */
record Representation(ContentHash hash, long length, String type, Bytes bytes) {
  /** Where the bytes come from. */
  interface Bytes {
    /** Makes them ready to be read; {@code all} where they are read once from first to last. */
    CompletableFuture<ValueReads.Source> open(boolean all);

    /** Whether they can be read without waiting for more than some pages of memory. */
    default boolean atHand() {
      return true;
    }

    /** Sees that they are there, as far as that costs little. */
    default void require() {}
  }

  /** Bytes at hand. */
  static Representation of(HashAlgorithm algorithm, ByteBuffer bytes, String type) {
    return of(algorithm.hash(bytes), bytes, type);
  }

  /** Bytes at hand whose hash is known. */
  static Representation of(ContentHash hash, ByteBuffer bytes, String type) {
    return new Representation(
        hash,
        bytes.remaining(),
        type,
        all ->
            CompletableFuture.completedFuture(
                span -> Body.of(bytes.slice((int) span.first(), (int) span.length()))));
  }

  /** A value in the store. */
  static Representation of(StoredValue value, ValueReads reads, String type) {
    return new Representation(
        value.hash(),
        value.length(),
        type,
        new Bytes() {
          @Override
          public CompletableFuture<ValueReads.Source> open(boolean all) {
            return reads.open(value, all);
          }

          @Override
          public boolean atHand() {
            return value.length() <= Body.PART && reads.isProved(value);
          }

          @Override
          public void require() {
            value.requireStored();
          }
        });
  }

  /** Whether to answer takes no longer than to read some pages of memory. */
  boolean atHand() {
    return bytes.atHand();
  }

  /** Answers a GET or HEAD by its conditions and ranges. */
  void answer(Exchange exchange, Resolved at) {
    String tag = EntityTags.of(hash);
    Preconditions.Validators now =
        new Preconditions.Validators(tag, at.timeMillis(), at.immutable());
    Preconditions conditions = Preconditions.of(exchange::header);
    exchange.set("ETag", tag);
    exchange.set("Last-Modified", HttpDates.lastModified(at.timeMillis()));
    exchange.set("Accept-Ranges", "bytes");
    switch (conditions.judge(now)) {
      case NOT_MODIFIED -> exchange.empty(304);
      case FAILED ->
          throw new HttpFailure(
              Problem.of(
                  412,
                  "precondition-failed",
                  "what is here now has the entity tag " + tag + ", which the request rules out"));
      case PROCEED -> proceed(exchange, conditions.rangeCounts(now));
    }
  }

  private void proceed(Exchange exchange, boolean rangeCounts) {
    if (exchange.head()) {
      bytes.require();
      exchange.set("Content-Type", type);
      exchange.set("Content-Length", Long.toString(length));
      exchange.empty(200);
      return;
    }
    ByteRanges.Selection selection =
        ByteRanges.select(rangeCounts ? exchange.header("Range") : null, length);
    if (selection instanceof ByteRanges.Selection.Unsatisfiable) {
      exchange.set("Content-Range", "bytes */" + length);
      throw new HttpFailure(
          Problem.of(
              416,
              "range-not-satisfiable",
              "the value has " + length + " bytes; no range asked for lies inside"));
    }
    if (selection instanceof ByteRanges.Selection.Parts parts) {
      if (parts.spans().size() == 1) {
        ByteRanges.Span span = parts.spans().get(0);
        exchange.then(
            bytes.open(false),
            source -> {
              exchange.set("Content-Type", type);
              exchange.set("Content-Range", span.contentRange(length));
              exchange.send(206, owned(source, () -> source.body(span)));
            });
      } else {
        exchange.then(bytes.open(false), source -> multipart(exchange, source, parts.spans()));
      }
    } else if (length == 0) {
      exchange.send(200, type, new byte[0]);
    } else {
      exchange.then(
          bytes.open(true),
          source -> {
            exchange.set("Content-Type", type);
            exchange.send(
                200, owned(source, () -> source.body(new ByteRanges.Span(0, length - 1))));
          });
    }
  }

  /** A body that closes its source, also where it cannot even be made. */
  private static Body owned(ValueReads.Source source, Supplier<Body> body) {
    try {
      return Body.closing(body.get(), source::close);
    } catch (RuntimeException failed) {
      source.close();
      throw failed;
    }
  }

  /** Several ranges, in the order asked. No value holds the boundary: it is made of its hash. */
  private void multipart(Exchange exchange, ValueReads.Source source, List<ByteRanges.Span> spans) {
    String boundary = "varve-" + hash.toString().substring(0, 40);
    List<Supplier<Body>> bodies = new ArrayList<>();
    long total = 0;
    String lead = "";
    for (ByteRanges.Span span : spans) {
      byte[] head =
          (lead
                  + "--"
                  + boundary
                  + "\r\nContent-Type: "
                  + type
                  + "\r\nContent-Range: "
                  + span.contentRange(length)
                  + "\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII);
      lead = "\r\n";
      bodies.add(() -> Body.of(ByteBuffer.wrap(head)));
      bodies.add(() -> source.body(span));
      total += head.length + span.length();
    }
    byte[] end = ("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.US_ASCII);
    bodies.add(() -> Body.of(ByteBuffer.wrap(end)));
    long sum = total + end.length;
    exchange.set("Content-Type", "multipart/byteranges; boundary=" + boundary);
    exchange.send(206, owned(source, () -> Body.concat(sum, bodies)));
  }
}
