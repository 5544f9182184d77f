package dev.varve.ref;

import dev.varve.error.CorruptDataException;
import dev.varve.error.InvalidNameException;
import dev.varve.error.UnsupportedFormatException;
import dev.varve.format.ByteReader;
import dev.varve.format.ByteWriter;
import dev.varve.format.FormatHeader;
import dev.varve.format.MalformedBytesException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Ref records to bytes and back; one encoding a record.
 *
 * <pre>
 * record  = "VRVR" version:1  kind:1  name:string  number:8  previous:32  flags:1  [target:32]
 *           epoch:varint  floor:varint  base:varint  horizon:varint hash*  nonce:16
 *           reason:string  who:string  time:8  extensions:varint (critical:1 id:varint bytes:string)*
 *           digest:32
 * flags   = bit 0: a target follows
 * digest  = SHA-256 of all bytes before it, whatever the repository's hash
 * </pre>
 *
 * Extension 1 carries a blob. All others are fields of later versions: one that is not critical is
 * passed over, a critical one is refused.
 */
public final class RefRecordCodec {
  /** The largest record, in bytes. */
  public static final int MAX_BYTES = 1 << 16;

  private static final int MAX_HORIZON = 1024;
  static final int MAX_REASON = 4096;
  static final int MAX_WHO = 1024;

  private RefRecordCodec() {}

  /** The canonical bytes. */
  public static ByteBuffer encode(RefRecord record) {
    ByteWriter out = new ByteWriter();
    FormatHeader.REF_RECORD.write(out);
    out.u8(record.kind().code());
    out.string(record.name().full()).i64(record.number()).hash(record.previous());
    out.u8(record.target().isPresent() ? 1 : 0);
    record.target().ifPresent(out::hash);
    out.varint(record.epoch()).varint(record.floor()).varint(record.base());
    out.varint(record.horizon().size());
    record.horizon().forEach(out::hash);
    record.nonce().write(out);
    out.string(record.reason()).string(record.who());
    out.i64(record.timeMillis());
    out.varint(record.extensions().size());
    for (RefRecord.Extension extension : record.extensions()) {
      out.u8(0).varint(extension.id()).varint(extension.bytes().remaining()).raw(extension.bytes());
    }
    out.hash(HashAlgorithm.SHA256.hash(out.toBytes()));
    return out.toBuffer();
  }

  /** SHA-256 of the record's bytes, which the next record carries as {@code previous}. */
  public static ContentHash digest(RefRecord record) {
    return HashAlgorithm.SHA256.hash(encode(record));
  }

  /**
   * Decodes and checks a record that was stored as record {@code number} of {@code name}.
   *
   * @throws CorruptDataException where the bytes are damaged, or another's
   */
  public static RefRecord decode(RefName name, ByteBuffer bytes) {
    try {
      if (bytes.remaining() > MAX_BYTES || bytes.remaining() < ContentHash.BYTES) {
        throw new MalformedBytesException("a ref record has no " + bytes.remaining() + " bytes");
      }
      int body = bytes.remaining() - ContentHash.BYTES;
      ContentHash actual = HashAlgorithm.SHA256.hash(bytes.slice(bytes.position(), body));
      if (!actual.equals(ContentHash.at(bytes, bytes.position() + body))) {
        throw new MalformedBytesException("its bytes do not have the digest at its end");
      }
      RefRecord record = decodeBody(new ByteReader(bytes.slice(bytes.position(), body)));
      if (!record.name().equals(name)) {
        throw new MalformedBytesException("it is a record of " + record.name());
      }
      return record;
    } catch (MalformedBytesException | IllegalArgumentException | InvalidNameException bad) {
      throw CorruptDataException.malformed(
          "ref", name.full(), bad.getMessage() == null ? bad.toString() : bad.getMessage(), bad);
    }
  }

  private static RefRecord decodeBody(ByteReader in) {
    FormatHeader.REF_RECORD.read(in);
    int code = in.u8();
    RefRecord.Kind kind = null;
    for (RefRecord.Kind each : RefRecord.Kind.values()) {
      kind = each.code() == code ? each : kind;
    }
    if (kind == null) {
      throw new UnsupportedFormatException(
          "a ref record has kind " + code + "; this program knows 1 to 3");
    }
    RefName name = RefName.parseFull(in.string(RefName.MAX_BYTES + 8, "the name"));
    long number = in.i64();
    ContentHash previous = in.hash();
    int flags = in.u8();
    if (flags > 1) {
      throw new MalformedBytesException("unknown flags " + flags);
    }
    Optional<ContentHash> target = flags == 1 ? Optional.of(in.hash()) : Optional.empty();
    long epoch = in.varint();
    long floor = in.varint();
    long base = in.varint();
    int horizonSize = in.boundedVarint(MAX_HORIZON, "the number of horizon commits");
    List<ContentHash> horizon = new ArrayList<>();
    for (int i = 0; i < horizonSize; i++) {
      horizon.add(in.hash());
    }
    Nonce nonce = Nonce.read(in);
    String reason = in.string(MAX_REASON, "the reason");
    String who = in.string(MAX_WHO, "the author");
    long time = in.i64();
    List<RefRecord.Extension> extensions = new ArrayList<>();
    int extensionCount = in.boundedVarint(64, "the number of extensions");
    for (int i = 0; i < extensionCount; i++) {
      int critical = in.u8();
      long id = in.varint();
      byte[] bytes = in.raw(in.boundedVarint(MAX_BYTES, "the length of an extension"));
      if (critical > 1) {
        throw new MalformedBytesException("an extension is neither critical nor not: " + critical);
      }
      if (critical == 1) {
        throw new UnsupportedFormatException(
            "a ref record has the unknown critical field " + id + "; use a newer varve");
      }
      extensions.add(new RefRecord.Extension(id, ByteBuffer.wrap(bytes).asReadOnlyBuffer()));
    }
    in.end();
    return new RefRecord(
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
        time,
        extensions);
  }
}
