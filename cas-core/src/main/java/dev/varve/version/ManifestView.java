package dev.varve.version;

import dev.varve.blob.Blobs;
import dev.varve.blob.VerifiedBlobs;
import dev.varve.error.CorruptDataException;
import dev.varve.hash.ContentHash;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.tree.KeyEntry;
import dev.varve.tree.NodeSource;
import dev.varve.tree.Totals;
import dev.varve.tree.Tree;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Optional;

/** A manifest as a view. Immutable, thread-safe. */
final class ManifestView implements View {
  private final Manifest manifest;
  private final NodeSource nodes;
  private final VerifiedBlobs blobs;

  ManifestView(Manifest manifest, NodeSource nodes, VerifiedBlobs blobs) {
    this.manifest = manifest;
    this.nodes = nodes;
    this.blobs = blobs;
  }

  Tree tree(Part part) {
    return new Tree(nodes, manifest.root(part));
  }

  /** The bytes that all keys below a directory begin with. */
  static byte[] prefix(String directory) {
    String name = directory.isEmpty() || directory.endsWith("/") ? directory : directory + "/";
    return name.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public Optional<Entry> entry(Key key) {
    return tree(Manifest.part(key)).get(key);
  }

  @Override
  public Iterator<KeyEntry> entries(String directory) {
    return new MergedEntries(entries(Part.META, directory), entries(Part.CHUNKS, directory));
  }

  @Override
  public Iterator<KeyEntry> entries(Part part, String directory) {
    return tree(part).cursor(prefix(directory)).remaining();
  }

  @Override
  public Iterator<Listed> list(String directory) {
    byte[] prefix = prefix(directory);
    return new Listing(tree(Part.META).cursor(prefix), tree(Part.CHUNKS).cursor(prefix), prefix);
  }

  @Override
  public Totals totals(String directory) {
    return totals(Part.META, directory).plus(totals(Part.CHUNKS, directory));
  }

  @Override
  public Totals totals(Part part, String directory) {
    return tree(part).totals(prefix(directory));
  }

  @Override
  public ContentHash hashOf(Entry entry) {
    if (entry instanceof Entry.Blob blob) {
      return blob.hash();
    }
    return entry instanceof Entry.Inline inline
        ? blobs.algorithm().hash(inline.bytes())
        : blobs.algorithm().hash(new byte[0]);
  }

  @Override
  public Optional<ByteBuffer> get(Key key) {
    return entry(key).map(entry -> value(key, entry));
  }

  @Override
  public ByteBuffer value(Key key, Entry entry) {
    if (entry instanceof Entry.Inline inline) {
      return inline.bytes();
    }
    if (entry instanceof Entry.Blob blob) {
      if (blob.length() > Blobs.MAX_WHOLE) {
        throw new IllegalArgumentException(
            "the value of "
                + key
                + " has "
                + blob.length()
                + " bytes; above "
                + Blobs.MAX_WHOLE
                + " it must be copied as a stream");
      }
      ByteBuffer bytes = blobs.get(what(key), blob.hash(), Blobs.MAX_WHOLE);
      checkLength(key, blob, bytes.remaining());
      return bytes;
    }
    return ByteBuffer.allocate(0).asReadOnlyBuffer();
  }

  @Override
  public long copy(Key key, Entry entry, OutputStream out) throws IOException {
    if (entry instanceof Entry.Blob blob) {
      long length = blobs.copy(what(key), blob.hash(), out);
      checkLength(key, blob, length);
      return length;
    }
    ByteBuffer bytes = value(key, entry);
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    out.write(copy);
    return copy.length;
  }

  @Override
  public ByteBuffer range(Key key, Entry entry, long position, int count) {
    if (entry instanceof Entry.Blob blob) {
      ByteBuffer part = blobs.range(what(key), blob.hash(), blob.length(), position, count);
      long expected = Math.max(0, Math.min(count, blob.length() - position));
      if (part.remaining() != expected) {
        // The hash proved the bytes, so an entry with another length lies.
        throw CorruptDataException.malformed(
            what(key),
            blob.hash().toString(),
            "it does not have the " + blob.length() + " bytes that its entry says");
      }
      return part;
    }
    ByteBuffer bytes = value(key, entry);
    int from = (int) Math.min(position, bytes.remaining());
    return bytes.slice(from, Math.min(count, bytes.remaining() - from));
  }

  /** The hash proved the bytes, so an entry with another length lies. */
  private static void checkLength(Key key, Entry.Blob blob, long length) {
    if (length != blob.length()) {
      throw CorruptDataException.malformed(
          what(key),
          blob.hash().toString(),
          "it has " + length + " bytes, its entry says " + blob.length());
    }
  }

  private static String what(Key key) {
    return "the value of " + key;
  }
}
