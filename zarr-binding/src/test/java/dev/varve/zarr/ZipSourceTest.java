package dev.varve.zarr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZipSourceTest {
  @TempDir @Nullable Path temporary;

  private Path zip() {
    return Objects.requireNonNull(temporary).resolve("in.zip");
  }

  /** A zip with deflated entries of these names; a '/' at the end makes a folder entry. */
  private void write(String... names) throws IOException {
    try (OutputStream file = Files.newOutputStream(zip());
        ZipOutputStream out = new ZipOutputStream(file)) {
      for (String name : names) {
        out.putNextEntry(new ZipEntry(name));
        if (!name.endsWith("/")) {
          out.write(("value of " + name).getBytes(StandardCharsets.UTF_8));
        }
        out.closeEntry();
      }
    }
  }

  /** Changes the zip's bytes wherever a pattern stands. */
  private void replace(byte[] pattern, byte[] by) throws IOException {
    byte[] bytes = Files.readAllBytes(zip());
    int found = 0;
    for (int i = 0; i + pattern.length <= bytes.length; i++) {
      boolean here = true;
      for (int k = 0; k < pattern.length; k++) {
        here &= bytes[i + k] == pattern[k];
      }
      if (here) {
        System.arraycopy(by, 0, bytes, i, by.length);
        found++;
      }
    }
    assertThat(found).isPositive();
    Files.write(zip(), bytes);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Sets bytes of the central directory's first entry. */
  private void patchDirectory(int offset, int... values) throws IOException {
    byte[] bytes = Files.readAllBytes(zip());
    int at = 0;
    while (bytes[at] != 'P' || bytes[at + 1] != 'K' || bytes[at + 2] != 1 || bytes[at + 3] != 2) {
      at++;
    }
    for (int i = 0; i < values.length; i++) {
      bytes[at + offset + i] = (byte) values[i];
    }
    Files.write(zip(), bytes);
  }

  private List<String> keys() throws IOException {
    List<String> keys = new ArrayList<>();
    try (ImportSource source = ImportSource.open(zip())) {
      for (Iterator<ImportSource.Item> items = source.items(); items.hasNext(); ) {
        ImportSource.Item item = items.next();
        keys.add(item.key().toString());
        try (InputStream in = item.value().open()) {
          byte[] bytes = in.readAllBytes();
          assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo("value of " + item.key());
          assertThat(item.value().length()).isEqualTo(bytes.length);
        }
      }
    }
    return keys;
  }

  @Test
  void entriesComeInTheOrderOfTheirKeysAndFoldersLeaveNothing() throws IOException {
    write("b", "a/", "a/b", "a-x", "\uD83D\uDE00", "\uFF5E", "a", "empty/");
    assertThat(keys()).containsExactly("a", "a-x", "a/b", "b", "\uFF5E", "\uD83D\uDE00");
  }

  @Test
  void anEmptyZipIsEmpty() throws IOException {
    write();
    assertThat(keys()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"../up", "a/../../up", "/absolute", "a//b", "./a", "a/./b", "nul\u0000"})
  void refusesNamesThatAreNoKeys(String name) throws IOException {
    write("good", name);
    assertThatThrownBy(this::keys)
        .isInstanceOf(TransferException.class)
        .hasMessageContaining(name)
        .hasMessageContaining("in.zip");
  }

  @Test
  void refusesNamesThatComeTwice() throws IOException {
    write("same", "samx");
    replace(ascii("samx"), ascii("same"));
    assertThatThrownBy(this::keys)
        .isInstanceOf(TransferException.class)
        .hasMessageContaining("same")
        .hasMessageContaining("two entries");
  }

  @Test
  void refusesEncryptedEntriesByName() throws IOException {
    write("secret");
    patchDirectory(8, 1 | 8);
    assertThatThrownBy(this::keys)
        .isInstanceOf(TransferException.class)
        .hasMessageContaining("secret")
        .hasMessageContaining("encrypted");
  }

  @Test
  void refusesLinksAndDevicesByName() throws IOException {
    write("link");
    patchDirectory(5, 3);
    patchDirectory(40, 0xFF, 0xA1);
    assertThatThrownBy(this::keys)
        .isInstanceOf(TransferException.class)
        .hasMessageContaining("link")
        .hasMessageContaining("symbolic link");
    patchDirectory(40, 0xFF, 0x11);
    assertThatThrownBy(this::keys).hasMessageContaining("FIFO");
  }

  @Test
  void refusesMethodsThatCannotBeUnpacked() throws IOException {
    write("packed");
    patchDirectory(10, 93);
    assertThatThrownBy(this::keys)
        .isInstanceOf(TransferException.class)
        .hasMessageContaining("packed")
        .hasMessageContaining("93");
  }

  @Test
  void aWrongChecksumIsFound() throws IOException {
    write("damaged");
    patchDirectory(16, 1, 2, 3, 4);
    assertThatThrownBy(this::keys).isInstanceOf(IOException.class).hasMessageContaining("damaged");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 21, 22, 60, 100})
  void aZipThatEndsEarlyIsRefused(int cut) throws IOException {
    write("a", "b");
    byte[] bytes = Files.readAllBytes(zip());
    Files.write(zip(), Arrays.copyOf(bytes, bytes.length - cut));
    assertThatThrownBy(this::keys).isInstanceOf(TransferException.class);
  }

  /** Every key with its value, whatever they are. */
  private Map<String, String> contents() throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (ImportSource source = ImportSource.open(zip())) {
      for (Iterator<ImportSource.Item> items = source.items(); items.hasNext(); ) {
        ImportSource.Item item = items.next();
        try (InputStream in = item.value().open()) {
          contents.put(
              item.key().toString(), new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
      }
    }
    return contents;
  }

  @Test
  void noFlippedByteChangesAValueUnseen() throws IOException {
    write("a/b", "c");
    byte[] good = Files.readAllBytes(zip());
    int refused = 0;
    for (int i = 0; i < good.length; i++) {
      byte[] bad = good.clone();
      bad[i] ^= 0x41;
      Files.write(zip(), bad);
      try {
        assertThat(contents().values())
            .as("byte " + i)
            .containsExactlyInAnyOrder("value of a/b", "value of c");
      } catch (TransferException | IOException said) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(good.length / 3);
  }
}
