package dev.varve.ref;

import dev.varve.format.ByteWriter;
import dev.varve.hash.ContentHash;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * What a writer wants the next record of a ref to say. Immutable.
 *
 * @param name the ref
 * @param target the new target, or empty to delete the ref
 * @param forward whether the new target is the old one or has it as an ancestor
 * @param nonce tells this write from every other; used once
 * @param reason what moves the ref; cut to 4096 bytes of UTF-8
 * @param who who moves it; cut to 1024 bytes of UTF-8
 * @param timeMillis when, in milliseconds since 1970 UTC
 * @param carried blobs that readers of the record are likely to ask for next; at most {@link
 *     RefStore#carries} bytes in all, none for a record without target
 */
public record RefChange(
    RefName name,
    Optional<ContentHash> target,
    boolean forward,
    Nonce nonce,
    String reason,
    String who,
    long timeMillis,
    List<ByteBuffer> carried) {
  /** A change whose record carries nothing. */
  public RefChange(
      RefName name,
      Optional<ContentHash> target,
      boolean forward,
      Nonce nonce,
      String reason,
      String who,
      long timeMillis) {
    this(name, target, forward, nonce, reason, who, timeMillis, List.of());
  }

  /** Cuts the texts to what a record holds. */
  public RefChange {
    carried = List.copyOf(carried);
    reason = clip(ByteWriter.wellFormed(reason), RefRecordCodec.MAX_REASON);
    who = clip(ByteWriter.wellFormed(who), RefRecordCodec.MAX_WHO);
  }

  /**
   * The record that follows {@code expected}: number, link, epoch, floor, horizon and base as the
   * protocol says (docs/design.md, "Refs").
   *
   * @param epoch the epoch at which the record is written, not below that of {@code expected}
   */
  public RefRecord after(Optional<RefRecord> expected, long epoch) {
    if (expected.isEmpty()) {
      return new RefRecord(
          name,
          1,
          ContentHash.ZERO,
          RefRecord.Kind.SET,
          target,
          epoch,
          1,
          1,
          List.of(),
          nonce,
          reason,
          who,
          timeMillis,
          extensions());
    }
    RefRecord old = expected.get();
    if (!old.name().equals(name)) {
      throw new IllegalArgumentException(
          "record of " + old.name() + " given for a change of " + name);
    }
    if (epoch < old.epoch()) {
      throw new IllegalArgumentException("epoch would fall from " + old.epoch() + " to " + epoch);
    }
    long number = old.number() + 1;
    boolean run = forward && target.isPresent() && old.target().isPresent();
    return new RefRecord(
        name,
        number,
        RefRecordCodec.digest(old),
        RefRecord.Kind.SET,
        target,
        epoch,
        old.floor(),
        run ? old.base() : number,
        old.horizon(),
        nonce,
        reason,
        who,
        timeMillis,
        extensions());
  }

  private List<RefRecord.Extension> extensions() {
    return carried.stream()
        .map(bytes -> new RefRecord.Extension(RefRecord.CARRIED, bytes.duplicate()))
        .toList();
  }

  /** Cuts a text to a number of UTF-8 bytes, between characters. */
  private static String clip(String text, int maxBytes) {
    int bytes = 0;
    int end = 0;
    while (end < text.length()) {
      int c = text.codePointAt(end);
      bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
      if (bytes > maxBytes) {
        break;
      }
      end += Character.charCount(c);
    }
    return text.substring(0, end);
  }
}
