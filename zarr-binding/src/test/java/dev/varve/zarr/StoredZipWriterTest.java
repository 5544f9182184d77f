package dev.varve.zarr;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Enumeration;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoredZipWriterTest {
  @TempDir @Nullable Path temporary;

  private Path file(String name) {
    return Objects.requireNonNull(temporary).resolve(name);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void write(Path zip, long limit, int entries) throws IOException {
    try (StoredZipWriter out = new StoredZipWriter(zip, file(zip.getFileName() + "-d"), limit)) {
      for (int i = 0; i < entries; i++) {
        byte[] value = utf8("value " + i);
        if (i % 2 == 0) {
          out.entry(utf8("é/" + i), ByteBuffer.wrap(value));
        } else {
          out.entry(utf8("é/" + i), value.length, stream -> stream.write(value));
        }
      }
      out.entry(utf8("empty"), ByteBuffer.allocate(0));
      out.finish();
    }
  }

  private static void check(Path zip, int entries) throws IOException {
    try (ZipFile in = new ZipFile(zip.toFile())) {
      assertThat(in.size()).isEqualTo(entries + 1);
      int seen = 0;
      for (Enumeration<? extends ZipEntry> each = in.entries(); each.hasMoreElements(); seen++) {
        ZipEntry entry = each.nextElement();
        assertThat(entry.getMethod()).isEqualTo(ZipEntry.STORED);
        assertThat(entry.getTimeLocal()).isEqualTo(LocalDateTime.of(1980, 1, 1, 0, 0));
        try (InputStream value = in.getInputStream(entry)) {
          assertThat(value.readAllBytes())
              .isEqualTo(seen < entries ? utf8("value " + seen) : new byte[0]);
        }
        assertThat(entry.getName()).isEqualTo(seen < entries ? "é/" + seen : "empty");
      }
    }
    ZipDirectory.check(zip);
  }

  @Test
  void whatIsWrittenIsReadByJava() throws IOException {
    write(file("a.zip"), 0xFFFFFFFFL, 5);
    check(file("a.zip"), 5);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 4, 7, 8, 40, 100})
  void the64BitFormIsReadByJavaToo(long limit) throws IOException {
    write(file("a.zip"), limit, 5);
    check(file("a.zip"), 5);
  }

  @Test
  void moreEntriesThanSixteenBitsCanCount() throws IOException {
    write(file("a.zip"), 0xFFFFFFFFL, 70_000);
    try (ZipFile in = new ZipFile(file("a.zip").toFile())) {
      assertThat(in.size()).isEqualTo(70_001);
      assertThat(in.getEntry("é/69999").getSize()).isEqualTo(11);
    }
    try (ImportSource source = ImportSource.open(file("a.zip"))) {
      assertThat(source.items().next().key()).hasToString("empty");
    }
  }

  @Test
  void pythonReadsTheZipsToo() throws IOException, InterruptedException {
    for (long limit : new long[] {4, 0xFFFFFFFFL}) {
      Path zip = file("p" + limit + ".zip");
      write(zip, limit, 5);
      String script =
          "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None;"
              + " assert z.read('\\u00e9/4') == b'value 4'; print(len(z.namelist()))";
      Process python;
      try {
        python = new ProcessBuilder("python3", "-c", script, zip.toString()).start();
      } catch (IOException noPython) {
        org.junit.jupiter.api.Assumptions.abort("there is no python3");
        return;
      }
      assertThat(new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip())
          .isEqualTo("6");
      assertThat(python.waitFor()).isZero();
    }
  }

  @Test
  void equalContentGivesEqualBytes() throws IOException {
    write(file("a.zip"), 0xFFFFFFFFL, 20);
    write(file("b.zip"), 0xFFFFFFFFL, 20);
    assertThat(Files.mismatch(file("a.zip"), file("b.zip"))).isEqualTo(-1);
  }
}
