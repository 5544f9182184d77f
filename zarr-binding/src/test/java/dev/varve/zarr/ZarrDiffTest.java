package dev.varve.zarr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.version.Snapshot;
import dev.varve.zarr.ZarrChange.ArrayAdded;
import dev.varve.zarr.ZarrChange.ArrayRemoved;
import dev.varve.zarr.ZarrChange.ArrayResized;
import dev.varve.zarr.ZarrChange.AttributeChanged;
import dev.varve.zarr.ZarrChange.ChunkChanged;
import dev.varve.zarr.ZarrChange.ChunkTotals;
import dev.varve.zarr.ZarrChange.FileChanged;
import dev.varve.zarr.ZarrChange.GroupAdded;
import dev.varve.zarr.ZarrChange.GroupRemoved;
import dev.varve.zarr.ZarrChange.MetadataChanged;
import dev.varve.zarr.ZarrChange.Summary;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ZarrDiffTest {
  private static final String ARRAY = Documents.array3("[4]", "[1]");

  private TestRepository repository = new TestRepository();

  @BeforeEach
  void fresh() {
    repository = new TestRepository();
  }

  @AfterEach
  void close() {
    repository.close();
  }

  /** One change as a short line. */
  private static String line(ZarrChange change) {
    if (change instanceof ArrayAdded c) {
      return "array-added " + c.path();
    } else if (change instanceof ArrayRemoved c) {
      return "array-removed " + c.path();
    } else if (change instanceof GroupAdded c) {
      return "group-added " + c.path();
    } else if (change instanceof GroupRemoved c) {
      return "group-removed " + c.path();
    } else if (change instanceof ArrayResized c) {
      return "array-resized " + c.path() + " " + c.before() + " " + c.after();
    } else if (change instanceof AttributeChanged c) {
      return "attribute "
          + c.path()
          + " "
          + c.name()
          + " "
          + value(c.before())
          + " "
          + value(c.after());
    } else if (change instanceof MetadataChanged c) {
      return "metadata "
          + c.path()
          + " "
          + c.field()
          + " "
          + value(c.before())
          + " "
          + value(c.after());
    } else if (change instanceof ChunkChanged c) {
      assertThat(c.before().isPresent()).isEqualTo(c.change() != ZarrChange.Change.ADDED);
      assertThat(c.after().isPresent()).isEqualTo(c.change() != ZarrChange.Change.REMOVED);
      assertThat(c.before()).isNotEqualTo(c.after());
      return "chunk " + c.path() + " " + c.coords() + " " + c.change().label();
    } else if (change instanceof ChunkTotals c) {
      return "chunks %s +%d ~%d -%d +%d -%d"
          .formatted(
              c.path(), c.added(), c.changed(), c.removed(), c.bytesAdded(), c.bytesRemoved());
    } else if (change instanceof FileChanged c) {
      return "file " + c.key() + " " + c.change().label();
    }
    Summary c = (Summary) change;
    return "summary +%d ~%d -%d".formatted(c.keysAdded(), c.keysChanged(), c.keysRemoved());
  }

  private static <T> String value(Optional<T> value) {
    return value.map(String::valueOf).orElse("none");
  }

  private List<String> diff(String[] base, String... edits) {
    Snapshot before = repository.commit(base);
    Snapshot after = repository.commit(edits);
    return diff(before, after);
  }

  private List<String> diff(Snapshot before, Snapshot after) {
    List<String> lines = new ArrayList<>();
    ZarrDiff.run(repository.repository(), before, after, change -> lines.add(line(change)));
    return lines;
  }

  private static String[] base(String... base) {
    return base;
  }

  @Test
  void equalStatesHaveASummaryAlone() {
    Snapshot state = repository.commit("zarr.json", Documents.group3());
    assertThat(diff(state, state)).containsExactly("summary +0 ~0 -0");
  }

  @Test
  void addedArraysHaveChunksAndNoMetadata() {
    String[] base = base("zarr.json", Documents.group3());
    assertThat(
            diff(
                base,
                "g/zarr.json",
                Documents.group3("{\"a\": 1}", ""),
                "g/air/zarr.json",
                Documents.array3("[4]", "[1]", "{\"units\": \"K\"}", "0"),
                "g/air/c/0",
                "xx",
                "g/air/c/1",
                "yyy",
                "v2/.zgroup",
                Documents.group2(),
                "v2/.zattrs",
                "{\"a\": 1}",
                "v2/sst/.zarray",
                Documents.array2("[4]", "[1]"),
                "v2/sst/.zattrs",
                "{\"units\": \"K\"}",
                "v2/sst/0",
                "z"))
        .containsExactly(
            "group-added /g",
            "array-added /g/air",
            "chunk /g/air [0] added",
            "chunk /g/air [1] added",
            "chunks /g/air +2 ~0 -0 +5 -0",
            "group-added /v2",
            "array-added /v2/sst",
            "chunk /v2/sst [0] added",
            "chunks /v2/sst +1 ~0 -0 +1 -0",
            "summary +9 ~0 -0");
  }

  @Test
  void removedArraysAreReadByTheirOldDocuments() {
    String[] base =
        base(
            "g/zarr.json",
            Documents.group3(),
            "g/air/zarr.json",
            ARRAY,
            "g/air/c/0",
            "xx",
            "v2/.zgroup",
            Documents.group2(),
            "v2/.zattrs",
            "{\"a\": 1}",
            "v2/sst/.zarray",
            Documents.array2("[4]", "[1]"),
            "v2/sst/0",
            "z");
    assertThat(
            diff(
                base,
                "g/zarr.json",
                "-",
                "g/air/zarr.json",
                "-",
                "g/air/c/0",
                "-",
                "v2/.zgroup",
                "-",
                "v2/.zattrs",
                "-",
                "v2/sst/.zarray",
                "-",
                "v2/sst/0",
                "-"))
        .containsExactly(
            "group-removed /g",
            "array-removed /g/air",
            "chunk /g/air [0] removed",
            "chunks /g/air +0 ~0 -1 +0 -2",
            "group-removed /v2",
            "array-removed /v2/sst",
            "chunk /v2/sst [0] removed",
            "chunks /v2/sst +0 ~0 -1 +0 -1",
            "summary +0 ~0 -7");
  }

  @Test
  void chunksThatASmallerShapeCutsOffAreRemovedChunks() {
    String[] base = base("a/zarr.json", ARRAY, "a/c/0", "x", "a/c/3", "yy");
    assertThat(diff(base, "a/zarr.json", Documents.array3("[2]", "[1]"), "a/c/3", "-"))
        .containsExactly(
            "array-resized /a [4] [2]",
            "chunk /a [3] removed",
            "chunks /a +0 ~0 -1 +0 -2",
            "summary +0 ~1 -1");
  }

  @Test
  void anAppendIsAResizeAndItsChunks() {
    String[] base = base("a/.zarray", Documents.array2("[4]", "[1]"), "a/0", "x", "a/1", "yy");
    assertThat(
            diff(base, "a/.zarray", Documents.array2("[8]", "[1]"), "a/1", "new", "a/7", "seven"))
        .containsExactly(
            "array-resized /a [4] [8]",
            "chunk /a [1] changed",
            "chunk /a [7] added",
            "chunks /a +1 ~1 -0 +8 -2",
            "summary +1 ~2 -0");
  }

  @Test
  void attributesAreToldOneByOne() {
    String[] base =
        base(
            "zarr.json", Documents.group3("{\"title\": \"old\", \"same\": [1], \"n\": NaN}", ""),
            "v2/.zgroup", Documents.group2(),
            "v2/.zattrs", "{\"gone\": {\"b\": 1, \"a\": 2}}",
            "new/.zarray", Documents.array2("[4]", "[1]"));
    assertThat(
            diff(
                base,
                "zarr.json",
                Documents.group3(
                    "{\"n\": NaN, \"same\": [1], \"title\": \"new\", \"x\": null}", ""),
                "v2/.zattrs",
                "{\"kept\": 1.50}",
                "new/.zattrs",
                "{\"units\": \"K\"}"))
        .containsExactly(
            "attribute / title \"old\" \"new\"",
            "attribute / x none null",
            "attribute /new units none \"K\"",
            "attribute /v2 gone {\"b\":1,\"a\":2} none",
            "attribute /v2 kept none 1.5",
            "summary +1 ~2 -0");
  }

  @Test
  void metadataIsToldMemberByMember() {
    String[] base =
        base(
            "a/zarr.json", ARRAY,
            "b/.zarray", Documents.array2("[4]", "[1]"),
            "zarr.json", Documents.group3("{}", "\"consolidated_metadata\": {\"x\": 1}, "));
    assertThat(
            diff(
                base,
                "a/zarr.json",
                Documents.array3("[4]", "[1]", "{\"k\": 1}", "\"NaN\""),
                "b/.zarray",
                Documents.array2("[5]", "[1]", "\"dimension_separator\": \".\", "),
                "zarr.json",
                Documents.group3()))
        .containsExactly(
            "metadata / consolidated_metadata {\"x\":1} none",
            "metadata /a fill_value 0 \"NaN\"",
            "attribute /a k none 1",
            "array-resized /b [4] [5]",
            "metadata /b dimension_separator none \".\"",
            "summary +0 ~3 -0");
  }

  @Test
  void documentsWithAnotherFormAndTheSameMeaningAreFiles() {
    String[] base =
        base(
            "a/zarr.json",
            ARRAY,
            "b/.zarray",
            Documents.array2("[4]", "[1]"),
            "b/.zattrs",
            "{\"x\": 1, \"y\": 2}",
            ".zmetadata",
            "{}",
            ".zgroup",
            Documents.group2());
    assertThat(
            diff(
                base,
                "a/zarr.json",
                ARRAY.replace("\n", "  "),
                "b/.zarray",
                Documents.array2("[4]", "[1]") + "\n",
                "b/.zattrs",
                "{\"y\": 2, \"x\": 1}",
                ".zmetadata",
                "{\"metadata\": {}}",
                ".zattrs",
                "{}"))
        .containsExactly(
            "file .zattrs added",
            "file .zmetadata changed",
            "file a/zarr.json changed",
            "file b/.zarray changed",
            "file b/.zattrs changed",
            "summary +1 ~4 -0");
  }

  @Test
  void keysThatAreNoChunksAreFiles() {
    String[] base = base("a/zarr.json", ARRAY, "a/readme", "x", "top", "x", "dir/file", "x");
    assertThat(
            diff(
                base,
                "a/readme",
                "y",
                "a/c/4",
                "beyond",
                "a/c/01",
                "x",
                "top",
                "-",
                "dir/file",
                "y",
                "dir/more/file",
                "z",
                "orphan/.zattrs",
                "{\"a\": 1}"))
        .containsExactly(
            "file a/c/01 added",
            "file a/c/4 added",
            "file a/readme changed",
            "file dir/file changed",
            "file dir/more/file added",
            "file orphan/.zattrs added",
            "file top removed",
            "summary +4 ~2 -1");
  }

  @Test
  void whatCannotBeUnderstoodIsAFile() {
    String[] base =
        base(
            "a/zarr.json",
            ARRAY,
            "a/c/0",
            "x",
            "b/.zattrs",
            "{",
            "b/.zgroup",
            "{\"zarr_format\": 2}");
    assertThat(diff(base, "a/zarr.json", "not json", "a/c/1", "y", "b/.zattrs", "{]"))
        .containsExactly(
            "file a/zarr.json changed",
            "chunk /a [1] added",
            "chunks /a +1 ~0 -0 +1 -0",
            "file b/.zattrs changed",
            "summary +1 ~2 -0");
  }

  @Test
  void aGroupThatBecomesAnArrayGoesAndComes() {
    String[] base = base("a/zarr.json", Documents.group3());
    assertThat(diff(base, "a/zarr.json", ARRAY, "a/c/0", "x"))
        .containsExactly(
            "group-removed /a",
            "array-added /a",
            "chunk /a [0] added",
            "chunks /a +1 ~0 -0 +1 -0",
            "summary +1 ~1 -0");
  }

  @Test
  void anArrayThatMovesToFormat3IsOneArray() {
    String[] base =
        base("a/.zarray", Documents.array2("[4]", "[1]"), "a/.zattrs", "{\"k\": 1}", "a/0", "x");
    List<String> lines =
        diff(
            base,
            "a/.zarray",
            "-",
            "a/.zattrs",
            "-",
            "a/0",
            "-",
            "a/zarr.json",
            Documents.array3("[4]", "[1]", "{\"k\": 2}", "0"),
            "a/c/0",
            "x");
    assertThat(lines)
        .contains("metadata /a zarr_format 2 3", "attribute /a k 1 2")
        .contains("chunk /a [0] removed", "chunk /a [0] added")
        .endsWith("chunks /a +1 ~0 -1 +1 -1", "summary +2 ~0 -3")
        .noneMatch(line -> line.startsWith("file") || line.startsWith("array"));
  }

  @Test
  void anArrayBelowAnArrayKeepsItsChunks() {
    String separator = "\"dimension_separator\": \"/\", ";
    String[] base =
        base(
            "a/.zarray", Documents.array2("[2, 2]", "[1, 1]", separator),
            "a/0/.zarray", Documents.array2("[4]", "[1]"));
    assertThat(diff(base, "a/0/3", "x", "a/1/1", "y", "a/0/zz", "z"))
        .containsExactly(
            "chunk /a/0 [3] added",
            "file a/0/zz added",
            "chunks /a/0 +1 ~0 -0 +1 -0",
            "chunk /a [1, 1] added",
            "chunks /a +1 ~0 -0 +1 -0",
            "summary +3 ~0 -0");
  }

  @Test
  void nodesComeInPathOrderWhateverTheirDocumentsAreCalled() {
    String[] base = base("keep", "x");
    assertThat(
            diff(
                base,
                "zarr.json",
                Documents.group3(),
                "a/zarr.json",
                Documents.group3(),
                "a/b/zarr.json",
                ARRAY,
                "a-b/zarr.json",
                ARRAY,
                "z/.zgroup",
                Documents.group2()))
        .containsExactly(
            "group-added /",
            "array-added /a-b",
            "group-added /a",
            "array-added /a/b",
            "group-added /z",
            "summary +5 ~0 -0");
  }
}
