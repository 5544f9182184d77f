package dev.varve.testkit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A decoder, and what it may do with any bytes at all. Immutable.
 *
 * @param name of the decoder
 * @param decode reads an input; returns, or throws one of {@code refusals}
 * @param refusals how it may refuse
 * @param seeds inputs to begin with, most of them good
 * @param words byte strings that mean something to it
 * @param seal makes an input pass an outer check, such as a digest at its end, or leaves it
 * @param bytesEach what it may allocate for each byte of input
 * @param bytesAnyhow what it may allocate for any input
 */
public record FuzzTarget(
    String name,
    Consumer<byte[]> decode,
    List<Class<? extends Throwable>> refusals,
    List<byte[]> seeds,
    List<byte[]> words,
    UnaryOperator<byte[]> seal,
    long bytesEach,
    long bytesAnyhow) {
  /** Takes copies. */
  public FuzzTarget {
    refusals = List.copyOf(refusals);
    seeds = List.copyOf(seeds);
    words = List.copyOf(words);
  }

  /** A decoder of bytes, which may allocate 64 bytes for each and 64 KiB beside. */
  @SafeVarargs
  @SuppressWarnings("varargs") // They are only read.
  public static FuzzTarget ofBytes(
      String name, Consumer<byte[]> decode, Class<? extends Throwable>... refusals) {
    return of(name, decode, List.of(refusals));
  }

  private static FuzzTarget of(
      String name, Consumer<byte[]> decode, List<Class<? extends Throwable>> refusals) {
    return new FuzzTarget(
        name, decode, refusals, List.of(), List.of(), UnaryOperator.identity(), 64, 64 << 10);
  }

  /** A decoder of text: the bytes are read as UTF-8, or where they are none as Latin 1. */
  @SafeVarargs
  @SuppressWarnings("varargs") // They are only read.
  public static FuzzTarget ofText(
      String name, Consumer<String> decode, Class<? extends Throwable>... refusals) {
    return of(name, bytes -> decode.accept(text(bytes)), List.of(refusals))
        .allocating(256, 64 << 10);
  }

  private static String text(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    return text.indexOf('\uFFFD') < 0 ? text : new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /** With inputs to begin with. */
  public FuzzTarget seeded(List<byte[]> more) {
    List<byte[]> all = new ArrayList<>(seeds);
    all.addAll(more);
    return new FuzzTarget(name, decode, refusals, all, words, seal, bytesEach, bytesAnyhow);
  }

  /** With an encoding to begin with. */
  public FuzzTarget seeded(ByteBuffer encoded) {
    byte[] bytes = new byte[encoded.remaining()];
    encoded.duplicate().get(bytes);
    return seeded(List.of(bytes));
  }

  /** With texts to begin with. */
  public FuzzTarget seeded(String... texts) {
    return seeded(utf8(texts));
  }

  /** With words that mean something. */
  public FuzzTarget speaking(String... more) {
    return new FuzzTarget(name, decode, refusals, seeds, utf8(more), seal, bytesEach, bytesAnyhow);
  }

  /** With an outer check that every second input is made to pass. */
  public FuzzTarget sealedBy(UnaryOperator<byte[]> sealing) {
    return new FuzzTarget(name, decode, refusals, seeds, words, sealing, bytesEach, bytesAnyhow);
  }

  /** With another bound on what is allocated. */
  public FuzzTarget allocating(long each, long anyhow) {
    return new FuzzTarget(name, decode, refusals, seeds, words, seal, each, anyhow);
  }

  private static List<byte[]> utf8(String... texts) {
    List<byte[]> all = new ArrayList<>();
    for (String each : texts) {
      all.add(each.getBytes(StandardCharsets.UTF_8));
    }
    return all;
  }
}
