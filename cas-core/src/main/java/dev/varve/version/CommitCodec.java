package dev.varve.version;

import dev.varve.error.CorruptDataException;
import dev.varve.error.UnsupportedFormatException;
import dev.varve.format.ByteReader;
import dev.varve.format.ByteWriter;
import dev.varve.format.FormatHeader;
import dev.varve.format.MalformedBytesException;
import dev.varve.hash.ContentHash;
import dev.varve.ref.Nonce;
import dev.varve.tree.Totals;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Commits to bytes and back; one encoding a commit.
 *
 * <pre>
 * commit = "VRVC" version:1  parents:varint hash*  generation:varint  meta:32 chunks:32
 *          metaKeys:varint metaBytes:varint chunkKeys:varint chunkBytes:varint
 *          time:8  author:string  message:string
 *          attributes:varint (name:string value:string)*     ascending by unsigned UTF-8 bytes of the name
 *          nonce:16  extensions:varint (critical:1 id:varint length:varint byte*)*
 * </pre>
 *
 * Version 1 writes no extensions, passes over those that are not critical, and refuses others.
 */
public final class CommitCodec {
  /** The largest commit, in bytes. */
  public static final int MAX_BYTES = 1 << 20;

  private static final int MAX_PARENTS = 64;
  private static final int MAX_ATTRIBUTES = 4096;
  private static final int MAX_TEXT = 1 << 18;

  private CommitCodec() {}

  /**
   * The canonical bytes.
   *
   * @throws IllegalArgumentException where a text or the whole is longer than the format allows
   */
  public static ByteBuffer encode(Commit commit) {
    ByteWriter out = new ByteWriter();
    FormatHeader.COMMIT.write(out);
    out.varint(commit.parents().size());
    commit.parents().forEach(out::hash);
    out.varint(commit.generation()).hash(commit.manifest().meta()).hash(commit.manifest().chunks());
    out.varint(commit.meta().keys()).varint(commit.meta().bytes());
    out.varint(commit.chunks().keys()).varint(commit.chunks().bytes());
    out.i64(commit.timeMillis());
    text(out, commit.author());
    text(out, commit.message());
    out.varint(commit.attributes().size());
    commit
        .attributes()
        .forEach(
            (name, value) -> {
              text(out, name);
              text(out, value);
            });
    commit.nonce().write(out);
    out.varint(0);
    if (out.length() > MAX_BYTES
        || commit.attributes().size() > MAX_ATTRIBUTES
        || commit.parents().size() > MAX_PARENTS) {
      throw new IllegalArgumentException(
          "a commit may have "
              + MAX_BYTES
              + " bytes, "
              + MAX_ATTRIBUTES
              + " attributes and "
              + MAX_PARENTS
              + " parents; this one has "
              + out.length()
              + ", "
              + commit.attributes().size()
              + " and "
              + commit.parents().size());
    }
    return out.toBuffer();
  }

  private static void text(ByteWriter out, String text) {
    out.string(text);
    if (text.getBytes(StandardCharsets.UTF_8).length > MAX_TEXT) {
      throw new IllegalArgumentException("a text of a commit has more than " + MAX_TEXT + " bytes");
    }
  }

  /** Whether bytes claim to be a commit: they begin with its magic. */
  public static boolean looksLike(ByteBuffer bytes) {
    return bytes.remaining() > FormatHeader.BYTES
        && bytes.slice().getInt(0) == new ByteReader(header()).u32();
  }

  private static ByteBuffer header() {
    ByteWriter out = new ByteWriter();
    FormatHeader.COMMIT.write(out);
    return out.toBuffer();
  }

  /** Decodes bytes that were hashed to {@code id}. */
  public static Commit decode(ContentHash id, ByteBuffer bytes) {
    try {
      if (bytes.remaining() > MAX_BYTES) {
        throw new MalformedBytesException("it has " + bytes.remaining() + " bytes");
      }
      ByteReader in = new ByteReader(bytes);
      FormatHeader.COMMIT.read(in);
      int parentCount = in.boundedVarint(MAX_PARENTS, "the number of parents");
      List<ContentHash> parents = new ArrayList<>(parentCount);
      for (int i = 0; i < parentCount; i++) {
        parents.add(in.hash());
      }
      long generation = positive(in.varint(), "the generation");
      if (generation == 0 || parents.isEmpty() != (generation == 1)) {
        throw new MalformedBytesException(
            "a commit with " + parents.size() + " parents has no generation " + generation);
      }
      Manifest manifest = new Manifest(in.hash(), in.hash());
      Totals meta = new Totals(positive(in.varint(), "a total"), positive(in.varint(), "a total"));
      Totals chunks =
          new Totals(positive(in.varint(), "a total"), positive(in.varint(), "a total"));
      long time = in.i64();
      String author = in.string(MAX_TEXT, "the author");
      String message = in.string(MAX_TEXT, "the message");
      SortedMap<String, String> attributes = attributes(in);
      Nonce nonce = Nonce.read(in);
      extensions(in);
      in.end();
      return new Commit(
          parents, generation, manifest, meta, chunks, time, author, message, attributes, nonce);
    } catch (MalformedBytesException bad) {
      throw CorruptDataException.malformed(
          "commit", id.toString(), String.valueOf(bad.getMessage()), bad);
    }
  }

  private static SortedMap<String, String> attributes(ByteReader in) {
    int count = in.boundedVarint(MAX_ATTRIBUTES, "the number of attributes");
    SortedMap<String, String> attributes = new TreeMap<>(Utf8Order.INSTANCE);
    for (int i = 0; i < count; i++) {
      String name = in.string(MAX_TEXT, "the name of an attribute");
      if (!attributes.isEmpty() && Utf8Order.INSTANCE.compare(attributes.lastKey(), name) >= 0) {
        throw new MalformedBytesException("its attributes do not ascend");
      }
      attributes.put(name, in.string(MAX_TEXT, "the value of an attribute"));
    }
    return attributes;
  }

  private static void extensions(ByteReader in) {
    int count = in.boundedVarint(64, "the number of extensions");
    for (int i = 0; i < count; i++) {
      int critical = in.u8();
      long id = in.varint();
      in.raw(in.boundedVarint(MAX_BYTES, "the length of an extension"));
      if (critical > 1) {
        throw new MalformedBytesException("an extension is neither critical nor not: " + critical);
      }
      if (critical == 1) {
        throw new UnsupportedFormatException(
            "a commit has the unknown critical field " + id + "; use a newer varve");
      }
    }
  }

  private static long positive(long value, String what) {
    if (value < 0) {
      throw new MalformedBytesException(what + " is beyond 63 bits");
    }
    return value;
  }
}
