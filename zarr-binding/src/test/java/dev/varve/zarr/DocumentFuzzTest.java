package dev.varve.zarr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.error.InvalidNameException;
import dev.varve.testkit.Fuzz;
import dev.varve.testkit.FuzzTarget;
import dev.varve.tree.Key;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Any bytes as documents and as zips, any text as paths. */
class DocumentFuzzTest {
  private static final String ARRAY3 =
      "{\"zarr_format\":3,\"node_type\":\"array\",\"shape\":[10,20],\"data_type\":\"int32\","
          + "\"chunk_grid\":{\"name\":\"regular\",\"configuration\":{\"chunk_shape\":[5,5]}},"
          + "\"chunk_key_encoding\":{\"name\":\"default\",\"configuration\":{\"separator\":\"/\"}},"
          + "\"fill_value\":0,\"codecs\":[{\"name\":\"bytes\"}],\"attributes\":{\"a\":[1,2.5]}}";
  private static final String ARRAY2 =
      "{\"zarr_format\":2,\"shape\":[10],\"chunks\":[5],\"dtype\":\"<i4\",\"compressor\":null,"
          + "\"fill_value\":0,\"order\":\"C\",\"filters\":null,\"dimension_separator\":\".\"}";

  @TempDir Path folder;

  private static void read(String name, String... seeds) throws InterruptedException {
    FuzzTarget target =
        FuzzTarget.ofBytes(
                name,
                bytes -> {
                  DocumentReading reading = DocumentReader.read(name, ByteBuffer.wrap(bytes));
                  if (reading instanceof DocumentReading.Unreadable no) {
                    throw new Refused(no.reason());
                  }
                },
                Refused.class)
            .seeded(seeds)
            .speaking(
                "{",
                "}",
                "[",
                "]",
                "\"",
                ":",
                ",",
                "null",
                "1e999999999",
                "-1",
                "[[[[[[[[",
                "{\"a\":{\"a\":",
                "\"zarr_format\":",
                "\"shape\":",
                "\\u0000",
                "\\ud800",
                "NaN",
                "9223372036854775808",
                "99999999999999999999999999999999999999")
            // What is needed of a document, ten times, and the parser's own buffers.
            .allocating(512, 256 << 10);
    assertThat(Fuzz.run(target)).containsKey("accepted").hasSizeGreaterThan(4);
  }

  private static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Refused(String reason) {
      super(reason);
    }
  }

  @Test
  void documentsAreReadOrToldToBeUnreadable() throws InterruptedException {
    read("zarr.json", ARRAY3, "{\"zarr_format\":3,\"node_type\":\"group\"}");
    read(".zarray", ARRAY2);
    read(".zgroup", "{\"zarr_format\":2}");
  }

  @Test
  void pathsAreRefusedOrReadBackAsTheyWere() throws InterruptedException {
    FuzzTarget target =
        FuzzTarget.ofText(
                "path",
                text -> {
                  ZarrPath path = ZarrPath.of(text);
                  if (!ZarrPath.of(path.toString()).equals(path)) {
                    throw new AssertionError("a path has another text");
                  }
                },
                InvalidNameException.class)
            .seeded("/", "air", "/air/temperature/")
            .speaking("/", ".", "..", "//", "\0");
    assertThat(Fuzz.run(target)).containsKey("accepted");
  }

  private static byte[] zip(int method) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (String name : new String[] {"zarr.json", "a/zarr.json", "a/c/0", "a/c/1"}) {
        byte[] value = (name + ARRAY3).repeat(4).getBytes(StandardCharsets.UTF_8);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(method);
        if (method == ZipEntry.STORED) {
          entry.setSize(value.length);
          java.util.zip.CRC32 crc = new java.util.zip.CRC32();
          crc.update(value);
          entry.setCrc(crc.getValue());
        }
        zip.putNextEntry(entry);
        zip.write(value);
      }
    }
    return bytes.toByteArray();
  }

  private void importAll(byte[] bytes) {
    Path file = folder.resolve("fuzzed.zip");
    try {
      Files.write(file, bytes);
      try (ZipSource source = new ZipSource(file)) {
        for (Iterator<ImportSource.Item> items = source.items(); items.hasNext(); ) {
          ImportSource.Item item = items.next();
          Key.of(item.key().toString());
          if (item.value().length() > 1 << 20) {
            // Nobody reads as much as an entry claims before its bytes are there.
            throw new TransferException("too long to be tried");
          }
          try (InputStream in = item.value().open()) {
            in.transferTo(OutputStream.nullOutputStream());
          }
        }
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  @Test
  void zipsAreRefusedOrReadWithinTheirSize() throws IOException, InterruptedException {
    FuzzTarget target =
        FuzzTarget.ofBytes(
                "zip", this::importAll, TransferException.class, UncheckedIOException.class)
            .seeded(ByteBuffer.wrap(zip(ZipEntry.DEFLATED)))
            .seeded(ByteBuffer.wrap(zip(ZipEntry.STORED)))
            .speaking("PK\1\2", "PK\3\4", "PK\5\6", "PK\6\6", "PK\6\7", "../", "/", "a/c/0", "\0")
            // Buffers of the JDK's reader for every entry, which has 46 bytes at least.
            .allocating(1024, 4 << 20);
    assertThat(Fuzz.run(target, 10)).containsKey("accepted").hasSizeGreaterThan(5);
  }
}
