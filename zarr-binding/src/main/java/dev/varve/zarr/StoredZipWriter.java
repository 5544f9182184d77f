package dev.varve.zarr;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32;

/**
 * Writes a zip of stored entries whose bytes depend on names and values alone: no time, no machine,
 * no version of a library. The central directory is collected in a second file, so memory does not
 * grow with the number of entries. One thread.
 *
 * <p>Source: PKWARE, .ZIP File Format Specification (APPNOTE) 6.3.10, sections 4.3.7 to 4.3.16 and
 * 4.5.3.
 */
final class StoredZipWriter implements Closeable {
  private static final int LOCAL_SIGNATURE = 0x04034b50;
  private static final int LOCAL_LENGTH = 30;
  private static final int CRC_OFFSET = 14;
  private static final int ENTRY_SIGNATURE = 0x02014b50;
  private static final int END_SIGNATURE = 0x06054b50;
  private static final int END64_SIGNATURE = 0x06064b50;
  private static final int LOCATOR_SIGNATURE = 0x07064b50;
  private static final short ZIP64_EXTRA = 1;
  private static final short VERSION = 20;
  private static final short VERSION_ZIP64 = 45;
  private static final short MADE_BY_UNIX = (short) (3 << 8 | VERSION_ZIP64);
  private static final short FLAG_UTF8 = 1 << 11;
  private static final short STORED = 0;

  /** 1980-01-01 00:00:00, the earliest that a zip can say. */
  private static final short TIME = 0;

  private static final short DATE = 1 << 5 | 1;

  /** A regular file, readable by all, writable by its owner. */
  private static final int ATTRIBUTES = 0100644 << 16;

  private static final long MAX_32 = 0xFFFFFFFFL;
  private static final int MAX_16 = 0xFFFF;

  private final FileChannel zip;
  private final FileChannel directory;
  private final OutputStream data;
  private final OutputStream entries;

  /** Lengths and offsets from here on are written in the 64-bit form; tests use a small one. */
  private final long limit;

  private long count;
  private long position;

  /** Writes an entry's value. */
  interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /** Both files must be absent. */
  StoredZipWriter(Path zip, Path directory) throws IOException {
    this(zip, directory, MAX_32);
  }

  StoredZipWriter(Path zip, Path directory, long limit) throws IOException {
    this.limit = limit;
    this.zip = FileChannel.open(zip, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try {
      this.directory =
          FileChannel.open(
              directory,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.WRITE,
              StandardOpenOption.READ);
    } catch (IOException failed) {
      this.zip.close();
      throw failed;
    }
    this.data = new BufferedOutputStream(Channels.newOutputStream(this.zip), 1 << 18);
    this.entries = new BufferedOutputStream(Channels.newOutputStream(this.directory), 1 << 16);
  }

  /** Adds a value at hand; the buffer's position is unchanged. */
  void entry(byte[] name, ByteBuffer value) throws IOException {
    byte[] bytes = new byte[value.remaining()];
    value.duplicate().get(bytes);
    CRC32 crc = new CRC32();
    crc.update(bytes);
    long start = position;
    header(name, (int) crc.getValue(), bytes.length);
    data.write(bytes);
    position += bytes.length;
    record(name, (int) crc.getValue(), bytes.length, start);
  }

  /** Adds a value of any length, of which the header is completed afterwards. */
  void entry(byte[] name, long length, Content value) throws IOException {
    long start = position;
    header(name, 0, length);
    Counting out = new Counting(data);
    value.writeTo(out);
    if (out.count != length) {
      throw new IOException("a value of " + length + " bytes gave " + out.count);
    }
    position += length;
    data.flush();
    int crc = (int) out.crc.getValue();
    ByteBuffer patch = little(4).putInt(crc).flip();
    zip.write(patch, start + CRC_OFFSET);
    record(name, crc, length, start);
  }

  private void header(byte[] name, int crc, long length) throws IOException {
    boolean large = length >= limit;
    ByteBuffer header = little(LOCAL_LENGTH + name.length + (large ? 20 : 0));
    header.putInt(LOCAL_SIGNATURE).putShort(large ? VERSION_ZIP64 : VERSION);
    header.putShort(FLAG_UTF8).putShort(STORED).putShort(TIME).putShort(DATE).putInt(crc);
    header.putInt(narrow(length)).putInt(narrow(length));
    header.putShort((short) name.length).putShort((short) (large ? 20 : 0)).put(name);
    if (large) {
      header.putShort(ZIP64_EXTRA).putShort((short) 16).putLong(length).putLong(length);
    }
    write(data, header);
    position += header.capacity();
  }

  private void record(byte[] name, int crc, long length, long start) throws IOException {
    int extra = (length >= limit ? 16 : 0) + (start >= limit ? 8 : 0);
    int extraLength = extra == 0 ? 0 : extra + 4;
    ByteBuffer entry = little(46 + name.length + extraLength);
    entry.putInt(ENTRY_SIGNATURE).putShort(MADE_BY_UNIX);
    entry.putShort(extra == 0 ? VERSION : VERSION_ZIP64);
    entry.putShort(FLAG_UTF8).putShort(STORED).putShort(TIME).putShort(DATE).putInt(crc);
    entry.putInt(narrow(length)).putInt(narrow(length));
    entry.putShort((short) name.length).putShort((short) extraLength);
    entry.putShort((short) 0).putShort((short) 0).putShort((short) 0).putInt(ATTRIBUTES);
    entry.putInt(narrow(start)).put(name);
    if (extra > 0) {
      entry.putShort(ZIP64_EXTRA).putShort((short) extra);
      if (length >= limit) {
        entry.putLong(length).putLong(length);
      }
      if (start >= limit) {
        entry.putLong(start);
      }
    }
    write(entries, entry);
    count++;
  }

  /** Writes the directory and the end; nothing can be added afterwards. */
  void finish() throws IOException {
    data.flush();
    entries.flush();
    long length = directory.size();
    for (long done = 0; done < length; ) {
      done += directory.transferTo(done, length - done, zip);
    }
    ByteBuffer end = little(56 + 20 + 22);
    if (count >= Math.min(MAX_16, limit) || length >= limit || position >= limit) {
      end.putInt(END64_SIGNATURE).putLong(44).putShort(MADE_BY_UNIX).putShort(VERSION_ZIP64);
      end.putInt(0).putInt(0).putLong(count).putLong(count).putLong(length).putLong(position);
      end.putInt(LOCATOR_SIGNATURE).putInt(0).putLong(position + length).putInt(1);
    }
    short entryCount = (short) Math.min(count, MAX_16);
    end.putInt(END_SIGNATURE).putShort((short) 0).putShort((short) 0);
    end.putShort(entryCount).putShort(entryCount);
    end.putInt(narrow(length)).putInt(narrow(position)).putShort((short) 0);
    end.flip();
    while (end.hasRemaining()) {
      zip.write(end);
    }
  }

  private int narrow(long value) {
    return value >= limit ? (int) MAX_32 : (int) value;
  }

  private static void write(OutputStream out, ByteBuffer bytes) throws IOException {
    out.write(bytes.array(), bytes.arrayOffset(), bytes.capacity());
  }

  private static ByteBuffer little(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Closes both files; what was not finished is not flushed either. */
  @Override
  public void close() throws IOException {
    try {
      zip.close();
    } finally {
      directory.close();
    }
  }

  private static final class Counting extends OutputStream {
    private final OutputStream out;
    private final CRC32 crc = new CRC32();
    private long count;

    Counting(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
      crc.update(bytes, offset, length);
      count += length;
    }
  }
}
