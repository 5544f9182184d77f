package dev.varve.version;

import dev.varve.error.CorruptDataException;
import dev.varve.error.UnsupportedFormatException;
import dev.varve.format.ByteReader;
import dev.varve.format.ByteWriter;
import dev.varve.format.FormatHeader;
import dev.varve.format.MalformedBytesException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.ref.Backend;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a repository was created with; written once. Immutable.
 *
 * <pre>
 * config  = "VRVF" version:1  hash:1  chunker:1  features:varint (name:string value:varint need:1)*  digest:32
 * need    = bit 0: a reader must know the feature; bit 1: a writer must
 * digest  = SHA-256 of all bytes before it, whatever the repository's hash
 * </pre>
 *
 * Features ascend by name. Version 1 has {@code collection = 1} (needed to write: refs follow the
 * collection protocol) and {@code names = 1} (needed to read: blobs may have copy names), and may
 * have {@code single-writer = 1} (needed to write: the storage cannot tell two writers apart),
 * {@code packs = 1} (needed to read: a local repository keeps values in packs) and {@code deltas =
 * 1} (needed to read: a local repository keeps blobs as differences to others).
 *
 * @param hash names every object
 * @param unknownToWrite a feature that a writer would have to know and this program does not, or ""
 * @param singleWriter whether whoever writes must first make sure that nobody else does
 * @param packs whether values may lie in packs
 * @param deltas whether blobs may be stored as differences to others
 */
public record RepositoryConfig(
    HashAlgorithm hash,
    String unknownToWrite,
    boolean singleWriter,
    boolean packs,
    boolean deltas) {
  private static final int CHUNKER = 1;
  private static final int MAX_BYTES = 1 << 16;
  private static final String SINGLE_WRITER = "single-writer";
  private static final String PACKS = "packs";
  private static final String DELTAS = "deltas";
  private static final Set<String> SOMETIMES = Set.of(SINGLE_WRITER, PACKS, DELTAS);
  private static final Map<String, Integer> ALWAYS = Map.of("collection", 2, "names", 1);

  /** The configuration of a new repository. */
  public static RepositoryConfig of(HashAlgorithm hash) {
    return new RepositoryConfig(hash, "", false, false, false);
  }

  /** The same for storage that cannot tell two writers apart. */
  public RepositoryConfig forSingleWriter() {
    return new RepositoryConfig(hash, unknownToWrite, true, packs, deltas);
  }

  /** The same for storage that keeps values in packs. */
  public RepositoryConfig withPacks() {
    return new RepositoryConfig(hash, unknownToWrite, singleWriter, true, deltas);
  }

  /** The same for storage that keeps blobs as differences to others. */
  public RepositoryConfig withDeltas() {
    return new RepositoryConfig(hash, unknownToWrite, singleWriter, packs, true);
  }

  /** The same for a backend, with packs and differences where that has any. */
  public RepositoryConfig in(Backend backend) {
    RepositoryConfig packed = backend.keepsPacks() ? withPacks() : this;
    return backend.keepsDeltas() ? packed.withDeltas() : packed;
  }

  /**
   * Refuses to write.
   *
   * @param location of the repository, for the message
   * @throws UnsupportedFormatException where a writer would have to know what this program does not
   */
  public void requireWritable(String location) {
    if (!unknownToWrite.isEmpty()) {
      throw new UnsupportedFormatException(
          "the repository at "
              + location
              + " has the feature "
              + unknownToWrite
              + ", which a writer must know; use a newer varve");
    }
  }

  /** The format version. */
  public int format() {
    return FormatHeader.VERSION;
  }

  /** The canonical bytes. */
  public ByteBuffer encode() {
    ByteWriter out = new ByteWriter();
    FormatHeader.CONFIG.write(out);
    out.u8(hash.code()).u8(CHUNKER);
    SortedMap<String, Integer> features = new TreeMap<>(ALWAYS);
    if (singleWriter) {
      features.put(SINGLE_WRITER, 2);
    }
    if (packs) {
      features.put(PACKS, 1);
    }
    if (deltas) {
      features.put(DELTAS, 1);
    }
    out.varint(features.size());
    features.forEach((name, need) -> out.string(name).varint(1).u8(need));
    out.hash(HashAlgorithm.SHA256.hash(out.toBytes()));
    return out.toBuffer();
  }

  /**
   * Decodes and checks.
   *
   * @throws CorruptDataException where the bytes are damaged
   * @throws UnsupportedFormatException where a reader would have to know more than this program
   *     does
   */
  public static RepositoryConfig decode(ByteBuffer bytes) {
    try {
      if (bytes.remaining() > MAX_BYTES || bytes.remaining() < ContentHash.BYTES) {
        throw new MalformedBytesException("it has " + bytes.remaining() + " bytes");
      }
      int body = bytes.remaining() - ContentHash.BYTES;
      ByteBuffer view = bytes.slice();
      if (!HashAlgorithm.SHA256.hash(view.slice(0, body)).equals(ContentHash.at(view, body))) {
        throw new MalformedBytesException("its bytes do not have the digest at its end");
      }
      return decodeBody(new ByteReader(view.slice(0, body)));
    } catch (MalformedBytesException bad) {
      throw CorruptDataException.malformed(
          "the configuration", "config", String.valueOf(bad.getMessage()), bad);
    }
  }

  private static RepositoryConfig decodeBody(ByteReader in) {
    FormatHeader.CONFIG.read(in);
    int code = in.u8();
    HashAlgorithm hash =
        HashAlgorithm.ofCode(code)
            .orElseThrow(
                () ->
                    new UnsupportedFormatException(
                        "the repository has hash algorithm "
                            + code
                            + "; this program knows 1 and 2"));
    int chunker = in.u8();
    if (chunker != CHUNKER) {
      throw new UnsupportedFormatException(
          "the repository has chunker " + chunker + "; this program knows " + CHUNKER);
    }
    String unknownToWrite = "";
    boolean singleWriter = false;
    boolean packs = false;
    boolean deltas = false;
    String before = "";
    int count = in.boundedVarint(256, "the number of features");
    for (int i = 0; i < count; i++) {
      String name = in.string(256, "the name of a feature");
      long value = in.varint();
      int need = in.u8();
      if (Utf8Order.INSTANCE.compare(before, name) >= 0 || need > 3) {
        throw new MalformedBytesException(
            "the feature '" + name + "' is out of order, or needed in an unknown way: " + need);
      }
      before = name;
      boolean known = value == 1 && (ALWAYS.containsKey(name) || SOMETIMES.contains(name));
      singleWriter |= known && name.equals(SINGLE_WRITER);
      packs |= known && name.equals(PACKS);
      deltas |= known && name.equals(DELTAS);
      if (!known) {
        if ((need & 1) != 0) {
          throw new UnsupportedFormatException(
              "the repository has the feature "
                  + name
                  + " = "
                  + value
                  + ", which a reader must know; use a newer varve");
        }
        unknownToWrite = (need & 2) != 0 ? name : unknownToWrite;
      }
    }
    in.end();
    return new RepositoryConfig(hash, unknownToWrite, singleWriter, packs, deltas);
  }
}
