package dev.varve.zarr;

import dev.varve.blob.ValueSource;
import dev.varve.error.InvalidNameException;
import dev.varve.tree.Key;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The entries of a zip, to import: stored or deflated, with zip64 where it is needed. Refuses by
 * name what a store has no form for: encrypted entries, links and devices, names that are no valid
 * key (also such as lead out of the zip), and names that come twice. Folder entries leave nothing.
 *
 * <p>Every value is held against the zip's own checksum. Memory: the zip's directory and the keys.
 */
public final class ZipSource implements ImportSource {
  private final Path path;
  private final ZipFile zip;
  private final List<Key> keys;

  /**
   * Opens a zip and looks at all its names.
   *
   * @throws TransferException where it is no zip, or holds what cannot be imported
   */
  public ZipSource(Path path) {
    this.path = path;
    try {
      ZipDirectory.check(path);
      this.zip = new ZipFile(path.toFile());
    } catch (IOException failed) {
      throw new TransferException(
          "cannot import " + path + ": " + DirectorySource.reason(failed), failed);
    }
    try {
      this.keys = keys();
    } catch (RuntimeException refused) {
      close();
      throw refused;
    }
  }

  private List<Key> keys() {
    List<Key> found = new ArrayList<>(zip.size());
    for (Iterator<? extends ZipEntry> entries = zip.entries().asIterator(); entries.hasNext(); ) {
      ZipEntry entry = entries.next();
      if (!entry.isDirectory()) {
        found.add(key(entry.getName()));
      }
    }
    Collections.sort(found);
    for (int i = 1; i < found.size(); i++) {
      if (found.get(i).equals(found.get(i - 1))) {
        throw ZipDirectory.refused(
            path.toString(), found.get(i).toString(), "two entries have this name");
      }
    }
    return found;
  }

  private Key key(String name) {
    try {
      return Key.of(name);
    } catch (InvalidNameException invalid) {
      throw ZipDirectory.refused(path.toString(), name, String.valueOf(invalid.getMessage()));
    }
  }

  @Override
  public Iterator<Item> items() {
    Iterator<Key> names = keys.iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return names.hasNext();
      }

      @Override
      public Item next() {
        Key key = names.next();
        return new Item(key, new EntryValue(zip.getEntry(key.toString())));
      }
    };
  }

  @Override
  public String label() {
    return path.toString();
  }

  @Override
  public void close() {
    try {
      zip.close();
    } catch (IOException harmless) {
      // Nothing was written, and everything that was read was checked.
    }
  }

  /** Reads one entry; {@code java.util.zip} lets many threads do so at once. */
  private final class EntryValue implements ValueSource {
    private final ZipEntry entry;

    EntryValue(ZipEntry entry) {
      this.entry = entry;
    }

    @Override
    public long length() {
      return entry.getSize();
    }

    @Override
    public InputStream open() throws IOException {
      return new Checked(zip.getInputStream(entry), entry);
    }

    @Override
    public String label() {
      return entry.getName() + " in " + path;
    }
  }

  /** Fails at the end unless the bytes have the length and checksum that the zip gives. */
  private static final class Checked extends FilterInputStream {
    private final ZipEntry entry;
    private final CRC32 crc = new CRC32();
    private long seen;

    Checked(InputStream in, ZipEntry entry) {
      super(in);
      this.entry = entry;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
      int n = super.read(target, offset, count);
      if (n > 0) {
        crc.update(target, offset, n);
        seen += n;
      } else if (n < 0 && (seen != entry.getSize() || crc.getValue() != entry.getCrc())) {
        throw new IOException("the zip is damaged: the entry has another length or checksum");
      }
      return n;
    }

    @Override
    public long skip(long count) throws IOException {
      return readNBytes((int) Math.min(count, 1 << 16)).length;
    }

    @Override
    public boolean markSupported() {
      return false;
    }
  }
}
