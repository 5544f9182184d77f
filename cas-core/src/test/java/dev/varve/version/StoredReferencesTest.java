package dev.varve.version;

import static dev.varve.version.Repositories.bytes;
import static dev.varve.version.Repositories.committed;
import static dev.varve.version.Repositories.contents;
import static dev.varve.version.Repositories.edit;
import static dev.varve.version.Repositories.map;
import static dev.varve.version.Repositories.memory;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.error.MissingBlobException;
import dev.varve.hash.HashAlgorithm;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.tree.KeyEntry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Many references to values that are stored already, set together. */
class StoredReferencesTest {
  private static final Entry NOT_STORED =
      new Entry.Blob(HashAlgorithm.SHA256.hash(bytes("never stored")), 12);

  @Test
  void setsWhatOneByOneWouldSet() {
    Repository repository = memory();
    try (Transaction tx = repository.begin("main")) {
      edit(tx, "a/c/0", "value");
      Entry stored = tx.entry(Key.of("a/c/0")).orElseThrow();
      tx.putStored(
          List.of(
                  new KeyEntry(Key.of("a/c/2"), stored),
                  new KeyEntry(Key.of("a/c/1"), stored),
                  new KeyEntry(Key.of("a/c/3"), Entry.EMPTY),
                  new KeyEntry(Key.of("a/zarr.json"), stored))
              .iterator());
      committed(tx.commit(CommitInfo.of("references")));
    }
    assertThat(contents(repository.snapshot("main")))
        .isEqualTo(
            map(
                "a/c/0",
                "value",
                "a/c/1",
                "value",
                "a/c/2",
                "value",
                "a/c/3",
                "",
                "a/zarr.json",
                "value"));
    assertThat(repository.snapshot("main").entry(Key.of("a/zarr.json")).orElseThrow())
        .isInstanceOf(Entry.Inline.class);
  }

  @Test
  void setsNothingOfALotWithAValueThatIsNotStored() {
    Repository repository = memory();
    try (Transaction tx = repository.begin("main")) {
      edit(tx, "a/c/0", "value");
      Entry stored = tx.entry(Key.of("a/c/0")).orElseThrow();
      List<KeyEntry> lot = new ArrayList<>();
      lot.add(new KeyEntry(Key.of("a/c/1"), stored));
      lot.add(new KeyEntry(Key.of("a/c/2"), NOT_STORED));

      assertThatThrownBy(() -> tx.putStored(lot.iterator()))
          .isInstanceOf(MissingBlobException.class)
          .hasMessageContaining("a/c/2");
      assertThat(contents(tx)).isEqualTo(map("a/c/0", "value"));
    }
  }

  @Test
  void refusesAnInlineEntryForAChunk() {
    Repository repository = memory();
    try (Transaction tx = repository.begin("main")) {
      KeyEntry inline = new KeyEntry(Key.of("a/c/1"), new Entry.Inline(bytes("x")));

      assertThatThrownBy(() -> tx.putStored(List.of(inline).iterator()))
          .hasMessageContaining("only documents stand in a node");
    }
  }
}
