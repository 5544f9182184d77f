package dev.varve.zarr;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Reads a zip's central directory for what {@code java.util.zip} does not tell: which entries are
 * encrypted, links or devices, or packed in a way that Java cannot unpack. Holds one entry at a
 * time.
 *
 * <p>Source: PKWARE, .ZIP File Format Specification (APPNOTE) 6.3.10, sections 4.3.12 to 4.3.16.
 */
final class ZipDirectory {
  private static final int END_SIGNATURE = 0x06054b50;
  private static final int END_LENGTH = 22;
  private static final int LOCATOR_SIGNATURE = 0x07064b50;
  private static final int LOCATOR_LENGTH = 20;
  private static final int END64_SIGNATURE = 0x06064b50;
  private static final int END64_LENGTH = 56;
  private static final int ENTRY_SIGNATURE = 0x02014b50;
  private static final int ENTRY_LENGTH = 46;
  private static final int MAX_COMMENT = 0xFFFF;

  private static final int FLAG_ENCRYPTED = 1;
  private static final int STORED = 0;
  private static final int DEFLATED = 8;
  private static final int MADE_BY_UNIX = 3;
  private static final int TYPE_MASK = 0170000;
  private static final int TYPE_LINK = 0120000;
  private static final int TYPE_DIRECTORY = 0040000;
  private static final int TYPE_FILE = 0100000;

  private final FileChannel file;

  private ZipDirectory(FileChannel file) {
    this.file = file;
  }

  /**
   * Looks at every entry.
   *
   * @throws TransferException that names the first entry that cannot be imported
   * @throws IOException where the file is no zip, or its directory is damaged
   */
  static void check(Path zip) throws IOException {
    try (FileChannel file = FileChannel.open(zip)) {
      new ZipDirectory(file).check(zip.toString());
    }
  }

  private void check(String zip) throws IOException {
    Extent directory = find();
    file.position(directory.start);
    InputStream in = new BufferedInputStream(Channels.newInputStream(file), 1 << 16);
    for (long left = directory.length; left > 0; ) {
      ByteBuffer entry = little(in.readNBytes(ENTRY_LENGTH), ENTRY_LENGTH);
      if (entry.getInt(0) != ENTRY_SIGNATURE) {
        throw new IOException("its directory is damaged");
      }
      int nameLength = u16(entry, 28);
      byte[] name = in.readNBytes(nameLength);
      long rest = (long) u16(entry, 30) + u16(entry, 32);
      in.skipNBytes(rest);
      judge(zip, entry, RawNames.shown(name));
      left -= ENTRY_LENGTH + nameLength + rest;
    }
  }

  private static void judge(String zip, ByteBuffer entry, String name) {
    if ((u16(entry, 8) & FLAG_ENCRYPTED) != 0) {
      throw refused(zip, name, "it is encrypted; unpack the zip and import the directory");
    }
    int method = u16(entry, 10);
    if (method != STORED && method != DEFLATED) {
      throw refused(
          zip,
          name,
          "it is packed by method " + method + "; stored and deflated entries can be read");
    }
    int type = (entry.get(5) & 0xFF) == MADE_BY_UNIX ? u16(entry, 40) & TYPE_MASK : 0;
    if (type == TYPE_LINK) {
      throw refused(zip, name, "it is a symbolic link");
    }
    if (type != 0 && type != TYPE_FILE && type != TYPE_DIRECTORY) {
      throw refused(zip, name, "it is a device, FIFO or socket");
    }
  }

  static TransferException refused(String zip, String name, String why) {
    return new TransferException("cannot import " + name + " from " + zip + ": " + why);
  }

  /** Where the central directory stands. */
  private record Extent(long start, long length) {}

  private Extent find() throws IOException {
    int tailLength = (int) Math.min(file.size(), END_LENGTH + MAX_COMMENT);
    long tailStart = file.size() - tailLength;
    ByteBuffer tail = read(tailStart, tailLength);
    for (int at = tailLength - END_LENGTH; at >= 0; at--) {
      if (tail.getInt(at) == END_SIGNATURE && at + END_LENGTH + u16(tail, at + 20) <= tailLength) {
        long end = tailStart + at;
        long length = tail.getInt(at + 12) & 0xFFFFFFFFL;
        return extent(end, length);
      }
    }
    throw new IOException("it is no zip file, or its end is missing");
  }

  private Extent extent(long end, long length) throws IOException {
    // The zip64 record, where there is one, ends where its locator begins, and knows better.
    if (end >= LOCATOR_LENGTH) {
      ByteBuffer locator = read(end - LOCATOR_LENGTH, LOCATOR_LENGTH);
      if (locator.getInt(0) == LOCATOR_SIGNATURE) {
        long end64 = locator.getLong(8);
        ByteBuffer record = read(end64, END64_LENGTH);
        if (record.getInt(0) != END64_SIGNATURE) {
          throw new IOException("its zip64 directory record is missing");
        }
        return within(end64, record.getLong(40));
      }
    }
    return within(end, length);
  }

  private static Extent within(long end, long length) throws IOException {
    if (length < 0 || length > end) {
      throw new IOException("its directory is damaged");
    }
    return new Extent(end - length, length);
  }

  private ByteBuffer read(long position, int length) throws IOException {
    if (position < 0 || position > file.size() - length) {
      throw new IOException("its directory is damaged");
    }
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (file.read(bytes, position + bytes.position()) < 0) {
        throw new EOFException("it ends early");
      }
    }
    return bytes.flip().order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteBuffer little(byte[] bytes, int expected) throws IOException {
    if (bytes.length != expected) {
      throw new EOFException("its directory ends early");
    }
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int u16(ByteBuffer bytes, int at) {
    return bytes.getShort(at) & 0xFFFF;
  }
}
