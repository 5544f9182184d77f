package dev.varve.zarr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.blob.Blobs;
import dev.varve.blob.ValueSource;
import dev.varve.error.BackendException;
import dev.varve.tree.Key;
import dev.varve.version.CommitInfo;
import dev.varve.version.CommitOutcome;
import dev.varve.version.Snapshot;
import dev.varve.version.Transaction;
import dev.varve.version.View;
import dev.varve.zarr.ImportOptions.Rest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImporterTest {
  private final TestRepository repository = new TestRepository();

  @TempDir @Nullable Path temporary;

  @AfterEach
  void close() {
    repository.close();
  }

  private Path root() {
    return Objects.requireNonNull(temporary);
  }

  private void write(String name, String value) throws IOException {
    Path file = RawNames.resolve(root(), name.getBytes(StandardCharsets.UTF_8));
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    Files.writeString(file, value);
  }

  private ImportReport importAll(ImportOptions options) {
    try (ImportSource source = ImportSource.open(root());
        Transaction transaction = repository.repository().begin("main")) {
      ImportReport report =
          new Importer(repository.algorithm(), options, TransferProgress.NONE)
              .run(source, transaction);
      transaction.commit(CommitInfo.of("import"));
      return report;
    }
  }

  private static List<String> keys(View view) {
    List<String> keys = new ArrayList<>();
    view.entries("").forEachRemaining(entry -> keys.add(entry.key().toString()));
    return keys;
  }

  private String value(String key) {
    return TestRepository.text(repository.main().get(Key.of(key)).orElseThrow());
  }

  @Test
  void countsWhatIsNewChangedAndTheSame() throws IOException {
    repository.commit("same", "1", "other", "1", "longer", "1", "zarr.json", Documents.group3());
    write("same", "1");
    write("other", "2");
    write("longer", "22");
    write("new", "");
    write("zarr.json", Documents.group3());
    assertThat(importAll(ImportOptions.DEFAULT))
        .isEqualTo(new ImportReport(1, 2, 2, 0, 4 + Documents.group3().length()));
    assertThat(value("other")).isEqualTo("2");
    assertThat(value("longer")).isEqualTo("22");
    assertThat(value("new")).isEmpty();
  }

  @Test
  void importingWhatIsThereChangesNothing() throws IOException {
    write("a/zarr.json", Documents.array3("[4]", "[1]"));
    write("a/c/0", "x");
    write("empty", "");
    importAll(ImportOptions.DEFAULT);
    try (ImportSource source = ImportSource.open(root());
        Transaction transaction = repository.repository().begin("main")) {
      new Importer(
              repository.algorithm(),
              ImportOptions.DEFAULT.rest(Rest.DELETE),
              TransferProgress.NONE)
          .run(source, transaction);
      assertThat(transaction.commit(CommitInfo.of("again")))
          .isInstanceOf(CommitOutcome.Unchanged.class);
    }
  }

  @Test
  void keepsOrDeletesWhatTheSourceLacks() throws IOException {
    repository.commit("a", "1", "a-b", "1", "a/b", "1", "m/zarr.json", "{}", "z", "1");
    write("a-b", "1");
    write("m/c/0", "x");
    assertThat(importAll(ImportOptions.DEFAULT).deleted()).isZero();
    assertThat(keys(repository.main()))
        .containsExactly("a", "a-b", "a/b", "m/c/0", "m/zarr.json", "z");
    assertThat(importAll(ImportOptions.DEFAULT.rest(Rest.DELETE)))
        .isEqualTo(new ImportReport(0, 0, 2, 4, 2));
    assertThat(keys(repository.main())).containsExactly("a-b", "m/c/0");
  }

  @Test
  void importsBelowAPathAndDeletesThereAlone() throws IOException {
    repository.commit("g/old", "1", "g-x", "1", "h/old", "1", "old", "1");
    write("zarr.json", Documents.group3());
    write("air/c/0", "x");
    ImportOptions options = ImportOptions.DEFAULT.at(ZarrPath.of("/g")).rest(Rest.DELETE);
    assertThat(importAll(options))
        .extracting(ImportReport::added, ImportReport::deleted)
        .containsExactly(2L, 1L);
    assertThat(keys(repository.main()))
        .containsExactly("g-x", "g/air/c/0", "g/zarr.json", "h/old", "old");
  }

  @Test
  void seesWhatTheTransactionHasStaged() throws IOException {
    write("a", "1");
    write("b", "2");
    try (ImportSource source = ImportSource.open(root());
        Transaction transaction = repository.repository().begin("main")) {
      TestRepository.edit(transaction, "a", "1", "c", "3");
      ImportReport report =
          new Importer(
                  repository.algorithm(),
                  ImportOptions.DEFAULT.rest(Rest.DELETE),
                  TransferProgress.NONE)
              .run(source, transaction);
      assertThat(report).isEqualTo(new ImportReport(1, 0, 1, 1, 2));
      transaction.commit(CommitInfo.of("import"));
    }
    assertThat(keys(repository.main())).containsExactly("a", "b");
  }

  @Test
  void aPreviewCountsTheSameAndChangesNothing() throws IOException {
    Snapshot before = repository.commit("same", "1", "other", "1", "longer", "1", "gone", "1");
    write("same", "1");
    write("other", "2");
    write("longer", "22");
    write("new", "x");
    ImportOptions options = ImportOptions.DEFAULT.rest(Rest.DELETE);
    ImportReport preview;
    try (ImportSource source = ImportSource.open(root())) {
      preview =
          new Importer(repository.algorithm(), options, TransferProgress.NONE)
              .preview(source, repository.main());
    }
    assertThat(repository.main().id()).isEqualTo(before.id());
    assertThat(importAll(options)).isEqualTo(preview).isEqualTo(new ImportReport(1, 2, 1, 1, 5));
  }

  @Test
  void valuesAreNotStoredAgain() throws IOException {
    write("a", "value");
    write("b", "value");
    importAll(ImportOptions.DEFAULT);
    write("c", "value");
    try (ImportSource source = ImportSource.open(root());
        Transaction transaction = repository.repository().begin("main")) {
      new Importer(repository.algorithm(), ImportOptions.DEFAULT, TransferProgress.NONE)
          .run(source, transaction);
      assertThat(transaction.written().blobsWritten()).isZero();
    }
  }

  @Test
  void largeValuesArePutAsStreams() throws IOException {
    byte[] large = new byte[Blobs.MAX_WHOLE + 12345];
    for (int i = 0; i < large.length; i++) {
      large[i] = (byte) (i * 31 >>> 3);
    }
    Files.write(root().resolve("large"), large);
    Files.write(root().resolve("whole"), java.util.Arrays.copyOf(large, Blobs.MAX_WHOLE));
    assertThat(importAll(ImportOptions.DEFAULT).added()).isEqualTo(2);
    Snapshot main = repository.main();
    assertThat(main.hashOf(main.entry(Key.of("large")).orElseThrow()))
        .isEqualTo(repository.algorithm().hash(large));
    assertThat(importAll(ImportOptions.DEFAULT).unchanged()).isEqualTo(2);
  }

  @Test
  void progressCountsUpToTheWhole() throws IOException {
    for (int i = 0; i < 1000; i++) {
      write("a/" + i, "0123456789");
    }
    List<Long> seen = new ArrayList<>();
    try (ImportSource source = ImportSource.open(root());
        Transaction transaction = repository.repository().begin("main")) {
      new Importer(
              repository.algorithm(),
              ImportOptions.DEFAULT,
              (keys, bytes) -> {
                assertThat(bytes).isEqualTo(keys * 10);
                seen.add(keys);
              })
          .run(source, transaction);
    }
    assertThat(seen).isSorted().hasSize(1000).endsWith(1000L);
  }

  @Test
  void aSourceThatCannotBeReadIsAnErrorAndChangesNothing() throws IOException {
    Snapshot before = repository.commit("a", "1");
    List<String> names = List.of("a", "b", "c");
    ImportSource source =
        new ImportSource() {
          @Override
          public Iterator<Item> items() {
            return names.stream().map(name -> new Item(Key.of(name), broken(name))).iterator();
          }

          @Override
          public String label() {
            return "broken";
          }

          @Override
          public void close() {}
        };
    try (Transaction transaction = repository.repository().begin("main")) {
      assertThatThrownBy(
              () ->
                  new Importer(repository.algorithm(), ImportOptions.DEFAULT, TransferProgress.NONE)
                      .run(source, transaction))
          .isInstanceOf(BackendException.class)
          .hasMessageContaining("disk on fire");
    }
    assertThat(repository.main().id()).isEqualTo(before.id());
  }

  private static ValueSource broken(String name) {
    return new ValueSource() {
      @Override
      public long length() {
        return 5;
      }

      @Override
      public InputStream open() throws IOException {
        throw new IOException("disk on fire");
      }

      @Override
      public String label() {
        return name;
      }
    };
  }

  @Test
  void keysThatAreTooLongWithTheirGroupAreRefusedByName() throws IOException {
    write("d".repeat(200), "x");
    ImportOptions options = ImportOptions.DEFAULT.at(ZarrPath.of("/" + "g".repeat(900)));
    assertThatThrownBy(() -> importAll(options))
        .isInstanceOf(TransferException.class)
        .hasMessageContaining("dddd")
        .hasMessageContaining("1024");
  }
}
