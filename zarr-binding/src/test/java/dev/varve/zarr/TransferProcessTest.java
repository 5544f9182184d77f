package dev.varve.zarr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.version.Transaction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Imports and exports in processes of their own: with a small heap, and in a locale without
 * Unicode.
 */
class TransferProcessTest {
  @TempDir @Nullable Path temporary;

  private Path home() {
    return Objects.requireNonNull(temporary);
  }

  private static List<String> keys(Path from) {
    List<String> keys = new ArrayList<>();
    try (ImportSource source = ImportSource.open(from)) {
      source.items().forEachRemaining(item -> keys.add(item.key().toString()));
    }
    return keys;
  }

  @Test
  void namesDoNotDependOnTheLocale() throws IOException, InterruptedException {
    Path from = Files.createDirectory(home().resolve("from"));
    List<String> names = List.of("#%41", "ascii", "é", "\uFF5E", "\uD83D\uDE00");
    for (String name : names) {
      Path directory = RawNames.resolve(from, ("d" + name).getBytes(StandardCharsets.UTF_8));
      Files.createDirectory(directory);
      Path file = RawNames.resolve(directory, name.getBytes(StandardCharsets.UTF_8));
      Files.writeString(file, name);
    }
    for (String locale : List.of("C", "C.UTF-8", "POSIX")) {
      assertThat(CopyThrough.run("64m", locale, from, home().resolve(locale))).isEqualTo("5");
      assertThat(keys(home().resolve(locale)))
          .containsExactlyElementsOf(names.stream().map(name -> "d" + name + "/" + name).toList());
      assertThat(CopyThrough.run("64m", locale, from, home().resolve(locale + ".zip")))
          .isEqualTo("5");
      assertThat(keys(home().resolve(locale + ".zip"))).hasSize(5).contains("d\uFF5E/\uFF5E");
    }
  }

  /** A hundred thousand files in one folder, as chunks with '.' keys are. */
  @Test
  @Tag("slow")
  void manyFilesNeedLittleMemory() throws IOException, InterruptedException {
    Path from = Files.createDirectory(home().resolve("from"));
    Path array = Files.createDirectory(from.resolve("air_temperature"));
    // Few values, so that the store in memory, which is not what is measured, stays small; and
    // links,
    // which are made faster than files.
    for (int i = 0; i < 100_000; i++) {
      Path file = array.resolve(i + ".0.0");
      if (i < 100) {
        Files.writeString(file, "value " + i);
      } else {
        Files.createLink(file, array.resolve(i % 100 + ".0.0"));
      }
    }
    Path zip = home().resolve("out.zip");
    assertThat(CopyThrough.run("64m", "C.UTF-8", from, zip)).isEqualTo("100000");
    try (TestRepository repository = new TestRepository();
        ImportSource directory = ImportSource.open(from);
        ImportSource exported = ImportSource.open(zip);
        Transaction transaction = repository.repository().begin("main")) {
      Importer importer =
          new Importer(repository.algorithm(), ImportOptions.DEFAULT, TransferProgress.NONE);
      assertThat(importer.run(exported, transaction).added()).isEqualTo(100_000);
      assertThat(importer.preview(directory, transaction).unchanged()).isEqualTo(100_000);
    }
  }
}
