package dev.varve.testkit;

import dev.varve.hash.ContentHash;
import dev.varve.ref.Nonce;
import dev.varve.ref.RefChange;
import dev.varve.ref.RefName;
import java.util.Optional;

/** Ref changes for tests: what matters is named, the rest follows from a number. */
public final class Changes {
  private Changes() {}

  /** A hash that is nothing's. */
  public static ContentHash target(long number) {
    return new ContentHash(0x7661727665L, 1, 2, number);
  }

  /** Moves the ref forward. {@code number} is used for the nonce and must be new each time. */
  public static RefChange to(RefName name, ContentHash target, long number) {
    return change(name, Optional.of(target), true, number);
  }

  /** Moves the ref to what is no descendant of its target. */
  public static RefChange aside(RefName name, ContentHash target, long number) {
    return change(name, Optional.of(target), false, number);
  }

  /** Deletes the ref. */
  public static RefChange delete(RefName name, long number) {
    return change(name, Optional.empty(), false, number);
  }

  private static RefChange change(
      RefName name, Optional<ContentHash> target, boolean forward, long number) {
    return new RefChange(
        name,
        target,
        forward,
        new Nonce(name.full().hashCode(), number),
        "change " + number,
        "tester",
        1_700_000_000_000L + number);
  }
}
