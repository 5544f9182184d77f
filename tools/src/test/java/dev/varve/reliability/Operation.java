package dev.varve.reliability;

import dev.varve.ref.Nonce;
import java.util.HexFormat;
import java.util.Optional;

/**
 * One operation on a register, with the moments when it was called and when it answered. Values are
 * the nonces of records; no value is that of a register that was never written. Immutable.
 *
 * @param expected what a compare-and-set was told to find; unused by a read
 * @param written what it was to write, or empty for a read
 * @param happened whether it was told to have written
 * @param seen what the register held, as a read or a lost write was told
 */
record Operation(
    long called,
    long answered,
    Optional<Nonce> expected,
    Optional<Nonce> written,
    boolean happened,
    Optional<Nonce> seen) {
  static Operation read(long called, long answered, Optional<Nonce> seen) {
    return new Operation(called, answered, Optional.empty(), Optional.empty(), false, seen);
  }

  static Operation done(long called, long answered, Optional<Nonce> expected, Nonce written) {
    return new Operation(called, answered, expected, Optional.of(written), true, Optional.empty());
  }

  static Operation lost(
      long called, long answered, Optional<Nonce> expected, Nonce written, Optional<Nonce> seen) {
    return new Operation(called, answered, expected, Optional.of(written), false, seen);
  }

  /** Whether a register that holds {@code state} may have answered so. */
  boolean agrees(Optional<Nonce> state) {
    if (happened) {
      return state.equals(expected);
    }
    return state.equals(seen) && (written.isEmpty() || !state.equals(expected));
  }

  /** What the register holds afterwards. */
  Optional<Nonce> after(Optional<Nonce> state) {
    return happened ? written : state;
  }

  /** One line, as another process tells it. */
  String line() {
    return String.join(
        " ",
        Long.toString(called),
        Long.toString(answered),
        text(expected),
        text(written),
        Boolean.toString(happened),
        text(seen));
  }

  /** What {@link #line} says. */
  static Operation parse(String line) {
    String[] words = line.split(" ");
    return new Operation(
        Long.parseLong(words[0]),
        Long.parseLong(words[1]),
        nonce(words[2]),
        nonce(words[3]),
        Boolean.parseBoolean(words[4]),
        nonce(words[5]));
  }

  private static String text(Optional<Nonce> nonce) {
    return nonce.map(Nonce::toString).orElse("-");
  }

  private static Optional<Nonce> nonce(String text) {
    return text.equals("-")
        ? Optional.empty()
        : Optional.of(
            new Nonce(
                HexFormat.fromHexDigitsToLong(text, 0, 16),
                HexFormat.fromHexDigitsToLong(text, 16, 32)));
  }
}
