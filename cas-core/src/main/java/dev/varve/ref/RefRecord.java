package dev.varve.ref;

import dev.varve.hash.ContentHash;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * One numbered state of a ref; the newest is the ref's value. Immutable; never changed, never
 * removed.
 *
 * @param name the ref this is a state of, so that a misplaced record is found
 * @param number 1, 2, 3... without a gap
 * @param previous SHA-256 of the bytes of record {@code number - 1}; zero for the first
 * @param kind open, set or close
 * @param target the commit, or empty where the ref is deleted (or not yet set)
 * @param epoch the collection epoch of the ref when this was written
 * @param floor the lowest number still readable and still a root
 * @param base the number of the first record of the present forward run: the targets of base to
 *     number are all reached from this target
 * @param horizon commits beyond which parents are not followed
 * @param nonce tells this write from every other
 * @param reason what moved the ref, for people
 * @param who who moved it, for people
 * @param timeMillis when, in milliseconds since 1970 UTC; never used for correctness
 * @param extensions what the record {@link #carried carries}, and fields of later versions that
 *     this one passes over, kept so that the record's bytes, and so its digest, stay what they are
 */
public record RefRecord(
    RefName name,
    long number,
    ContentHash previous,
    Kind kind,
    Optional<ContentHash> target,
    long epoch,
    long floor,
    long base,
    List<ContentHash> horizon,
    Nonce nonce,
    String reason,
    String who,
    long timeMillis,
    List<Extension> extensions) {
  /**
   * The id of the extension that carries a blob: bytes that a reader of the record is likely to ask
   * for next. They prove nothing, and a reader may pass over them.
   */
  public static final long CARRIED = 1;

  /** A field that need not be known to read a record. Immutable. */
  public record Extension(long id, ByteBuffer bytes) {
    /** A fresh view of the bytes. */
    @Override
    public ByteBuffer bytes() {
      return bytes.duplicate();
    }
  }

  /** What a record does. */
  public enum Kind {
    /** Makes the ref, or makes it anew; has no target and gives no right by itself. */
    OPEN(1),
    /** Changes the target, also to none. */
    SET(2),
    /** Ends the ref; only open may follow. */
    CLOSE(3);

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    /** The number that names the kind in stored bytes. */
    public int code() {
      return code;
    }
  }

  /** A record with the fields of version 1 alone. */
  public RefRecord(
      RefName name,
      long number,
      ContentHash previous,
      Kind kind,
      Optional<ContentHash> target,
      long epoch,
      long floor,
      long base,
      List<ContentHash> horizon,
      Nonce nonce,
      String reason,
      String who,
      long timeMillis) {
    this(
        name,
        number,
        previous,
        kind,
        target,
        epoch,
        floor,
        base,
        horizon,
        nonce,
        reason,
        who,
        timeMillis,
        List.of());
  }

  /**
   * Fresh views of the blobs that the record carries, as its writer gave them. Nobody proved them:
   * a reader hashes each, and takes it for the blob of that name.
   */
  public List<ByteBuffer> carried() {
    return extensions.stream().filter(each -> each.id() == CARRIED).map(Extension::bytes).toList();
  }

  /** Checks what every record must hold. */
  public RefRecord {
    horizon = List.copyOf(horizon);
    extensions = List.copyOf(extensions);
    if (number < 1 || epoch < 0 || floor < 1 || floor > number || base < 1 || base > number) {
      throw new IllegalArgumentException(
          "not a ref record: number "
              + number
              + ", epoch "
              + epoch
              + ", floor "
              + floor
              + ", base "
              + base);
    }
    if ((number == 1) != previous.equals(ContentHash.ZERO)) {
      throw new IllegalArgumentException("only record 1 has no previous one");
    }
    if (kind != Kind.SET && target.isPresent()) {
      throw new IllegalArgumentException("a record of kind " + kind + " has no target");
    }
  }
}
