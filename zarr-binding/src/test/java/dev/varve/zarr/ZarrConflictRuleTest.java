package dev.varve.zarr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.hash.ContentHash;
import dev.varve.version.CommitOutcome;
import dev.varve.version.Conflict;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every case both ways round: what one side does to nodes, and the other to keys below. */
class ZarrConflictRuleTest {
  private static final String ARRAY = Documents.array3("[4]", "[1]");
  private static final String RESIZED = Documents.array3("[8]", "[1]");

  private TestRepository repository = new TestRepository();

  @BeforeEach
  void fresh() {
    repository = new TestRepository();
  }

  @AfterEach
  void close() {
    repository.close();
  }

  private static String[] edits(String... edits) {
    return edits;
  }

  /** What conflicts where {@code theirs} was committed first, and {@code ours} against the base. */
  private List<Conflict> conflicts(String[] base, String[] theirs, String[] ours) {
    repository.close();
    repository = new TestRepository();
    ContentHash id = repository.commit(base).id();
    repository.commit(theirs);
    CommitOutcome outcome = repository.commitAgainst(id, ours);
    return outcome instanceof CommitOutcome.Conflicted conflicted
        ? conflicted.conflicts()
        : List.of();
  }

  /** Asserts that two changes clash, whichever comes first, in this one key for this reason. */
  private void assertClash(String[] base, String[] nodes, String[] keys, String key, String why) {
    List<Conflict> theirs = conflicts(base, nodes, keys);
    assertThat(theirs).extracting(conflict -> conflict.key().toString()).containsExactly(key);
    assertThat(theirs.get(0).why())
        .isEqualTo(why.replace("EDITOR", "our side").replace("OTHER", "their side"));
    List<Conflict> ours = conflicts(base, keys, nodes);
    assertThat(ours).extracting(conflict -> conflict.key().toString()).containsExactly(key);
    assertThat(ours.get(0).why())
        .isEqualTo(why.replace("EDITOR", "their side").replace("OTHER", "our side"));
  }

  private void assertPeace(String[] base, String[] one, String[] other) {
    assertThat(conflicts(base, one, other)).isEmpty();
    assertThat(conflicts(base, other, one)).isEmpty();
  }

  private static final String[] BASE =
      edits(
          "zarr.json",
          Documents.group3(),
          "g/zarr.json",
          Documents.group3(),
          "g/air/zarr.json",
          ARRAY,
          "g/air/c/0",
          "zero",
          "g/air/c/1",
          "one",
          "old/.zgroup",
          Documents.group2(),
          "old/sst/.zarray",
          Documents.array2("[4]", "[1]"),
          "old/sst/.zattrs",
          "{\"units\": \"K\"}",
          "old/sst/0",
          "zero");

  @Test
  void chunksOfAnArrayThatWasResized() {
    assertClash(
        BASE,
        edits("g/air/zarr.json", RESIZED),
        edits("g/air/c/1", "changed"),
        "g/air/c/1",
        "EDITOR changed chunk [1] of array /g/air, and OTHER changed its shape");
    assertClash(
        BASE,
        edits("g/air/zarr.json", RESIZED),
        edits("g/air/c/3", "new"),
        "g/air/c/3",
        "EDITOR created chunk [3] of array /g/air, and OTHER changed its shape");
    assertClash(
        BASE,
        edits("g/air/zarr.json", RESIZED.replace("int16", "int32")),
        edits("g/air/c/0", "-"),
        "g/air/c/0",
        "EDITOR deleted chunk [0] of array /g/air, and OTHER changed its shape and data_type");
    assertClash(
        BASE,
        edits("old/sst/.zarray", Documents.array2("[8]", "[1]")),
        edits("old/sst/2", "new"),
        "old/sst/2",
        "EDITOR created chunk [2] of array /old/sst, and OTHER changed its shape");
  }

  @Test
  void attributesAloneClashWithNoChunk() {
    assertPeace(
        BASE,
        edits("g/air/zarr.json", Documents.array3("[4]", "[1]", "{\"units\": \"K\"}", "0")),
        edits("g/air/c/1", "changed", "g/air/c/3", "new"));
    assertPeace(BASE, edits("old/sst/.zattrs", "{\"units\": \"degC\"}"), edits("old/sst/1", "new"));
    assertPeace(
        BASE,
        edits(
            "zarr.json", Documents.group3("{\"a\": 1}", "\"consolidated_metadata\": {\"x\": 1}, ")),
        edits("g/air/c/1", "changed", "new/zarr.json", ARRAY));
    assertPeace(BASE, edits("old/.zmetadata", "{}"), edits("old/sst/1", "new"));
  }

  @Test
  void anotherWayToWriteTheSameDocumentClashesWithNoChunk() {
    assertPeace(
        BASE, edits("g/air/zarr.json", ARRAY.replace("\n", " ")), edits("g/air/c/1", "changed"));
  }

  @Test
  void keysThatAreNoChunksDoNotDependOnTheShape() {
    assertPeace(BASE, edits("g/air/zarr.json", RESIZED), edits("g/air/readme.txt", "new"));
  }

  @Test
  void bothSidesChangingTheStructureAlikeMayWriteChunks() {
    assertPeace(
        BASE,
        edits("g/air/zarr.json", RESIZED, "g/air/c/4", "four"),
        edits("g/air/zarr.json", RESIZED, "g/air/c/5", "five"));
  }

  @Test
  void chunksWrittenAlikeByTheSideThatResizedDoNotClash() {
    assertPeace(
        BASE, edits("g/air/zarr.json", RESIZED, "g/air/c/1", "same"), edits("g/air/c/1", "same"));
  }

  @Test
  void differentArraysDoNotClash() {
    assertPeace(BASE, edits("g/air/zarr.json", RESIZED), edits("old/sst/1", "new"));
    assertPeace(BASE, edits("g/air/c/1", "changed"), edits("g/air/c/2", "new"));
    assertPeace(
        BASE, edits("g/new/zarr.json", ARRAY, "g/new/c/0", "x"), edits("g/other/zarr.json", ARRAY));
  }

  @Test
  void chunksOfAnArrayThatWasDeleted() {
    assertClash(
        BASE,
        edits("g/air/zarr.json", "-", "g/air/c/0", "-", "g/air/c/1", "-"),
        edits("g/air/c/2", "new"),
        "g/air/c/2",
        "EDITOR created chunk [2] of array /g/air, and OTHER deleted array /g/air");
    assertClash(
        BASE,
        edits("old/sst/.zarray", "-", "old/sst/.zattrs", "-", "old/sst/0", "-"),
        edits("old/sst/3", "new"),
        "old/sst/3",
        "EDITOR created chunk [3] of array /old/sst, and OTHER deleted array /old/sst");
  }

  @Test
  void aChunkThatOneSideDeletedWithItsArrayIsTheSameKeyEditedTwice() {
    List<Conflict> conflicts =
        conflicts(
            BASE,
            edits("g/air/zarr.json", "-", "g/air/c/0", "-", "g/air/c/1", "-"),
            edits("g/air/c/0", "changed"));
    assertThat(conflicts)
        .extracting(conflict -> conflict.key().toString())
        .containsExactly("g/air/c/0");
  }

  @Test
  void deletingTheSameArrayTwiceIsPeace() {
    String[] delete = edits("g/air/zarr.json", "-", "g/air/c/0", "-", "g/air/c/1", "-");
    assertPeace(BASE, delete, delete);
  }

  @Test
  void nodesBelowAGroupThatWasDeleted() {
    String[] delete =
        edits("g/zarr.json", "-", "g/air/zarr.json", "-", "g/air/c/0", "-", "g/air/c/1", "-");
    assertClash(
        BASE,
        delete,
        edits("g/new/zarr.json", ARRAY),
        "g/new/zarr.json",
        "EDITOR created key g/new/zarr.json, and OTHER deleted group /g");
    // Array and group are both gone: the outermost is named, and the chunk reported once.
    assertClash(
        BASE,
        delete,
        edits("g/air/c/2", "new"),
        "g/air/c/2",
        "EDITOR created chunk [2] of array /g/air, and OTHER deleted group /g");
    assertClash(
        BASE,
        delete,
        edits("g/notes.txt", "new"),
        "g/notes.txt",
        "EDITOR created key g/notes.txt, and OTHER deleted group /g");
  }

  @Test
  void attributesAddedToANodeThatWasDeleted() {
    String[] base = edits("a/.zarray", Documents.array2("[4]", "[1]"));
    assertClash(
        base,
        edits("a/.zarray", "-"),
        edits("a/.zattrs", "{\"units\": \"K\"}"),
        "a/.zattrs",
        "EDITOR created key a/.zattrs, and OTHER deleted array /a");
  }

  @Test
  void deletingMoreOfADeletedGroupIsPeace() {
    String[] base =
        edits("g/zarr.json", Documents.group3(), "g/a/zarr.json", ARRAY, "g/b/zarr.json", ARRAY);
    assertPeace(
        base,
        edits("g/zarr.json", "-", "g/a/zarr.json", "-", "g/b/zarr.json", "-"),
        edits("g/a/zarr.json", "-"));
  }

  @Test
  void differentNodesAtOnePath() {
    List<Conflict> conflicts =
        conflicts(
            BASE, edits("n/zarr.json", ARRAY), edits("n/.zarray", Documents.array2("[4]", "[1]")));
    assertThat(conflicts)
        .extracting(conflict -> conflict.key().toString())
        .containsExactly("n/.zarray");
    assertThat(conflicts.get(0).why())
        .isEqualTo("both sides created a node at /n: ours has .zarray, theirs zarr.json");
    assertThat(
            conflicts(
                BASE,
                edits("n/.zgroup", Documents.group2()),
                edits("n/.zarray", Documents.array2("[4]", "[1]"))))
        .hasSize(1);
    assertThat(
            conflicts(
                BASE,
                edits("n/.zarray", Documents.array2("[4]", "[1]")),
                edits("n/.zgroup", Documents.group2())))
        .hasSize(1);
    assertPeace(BASE, edits("n/zarr.json", ARRAY), edits("n/zarr.json", ARRAY));
  }

  @Test
  void aNodeThatOneSideMadeMoreOfClashesWhicheverCameFirst() {
    String[] less = edits("n/.zgroup", Documents.group2());
    String[] more = edits("n/.zgroup", Documents.group2(), "n/zarr.json", ARRAY);
    List<Conflict> ours = conflicts(BASE, less, more);
    List<Conflict> theirs = conflicts(BASE, more, less);
    assertThat(ours).hasSize(1);
    assertThat(theirs).hasSize(1);
    assertThat(ours.get(0).key()).isEqualTo(theirs.get(0).key());
  }

  @Test
  void aNodeBelowANewArray() {
    assertClash(
        BASE,
        edits("n/zarr.json", ARRAY),
        edits("n/sub/zarr.json", Documents.group3()),
        "n/sub/zarr.json",
        "EDITOR created node /n/sub, and OTHER made /n an array, below which no node can be");
    assertClash(
        BASE,
        edits("g/zarr.json", ARRAY),
        edits("g/sub/.zgroup", Documents.group2()),
        "g/sub/.zgroup",
        "EDITOR created node /g/sub, and OTHER made /g an array, below which no node can be");
    assertPeace(
        BASE,
        edits("n/zarr.json", Documents.group3()),
        edits("n/sub/zarr.json", Documents.group3()));
  }

  @Test
  void anArrayThatCannotBeUnderstoodIsHeldToItsBytes() {
    String[] base = edits("a/zarr.json", "{\"zarr_format\": 4}", "a/c/0", "x");
    assertClash(
        base,
        edits("a/zarr.json", "{\"zarr_format\": 5}"),
        edits("a/c/0", "changed"),
        "a/c/0",
        "EDITOR changed key c/0 of array /a, and OTHER changed its zarr_format");
    assertClash(
        base,
        edits("a/zarr.json", "not json"),
        edits("a/c/0", "changed"),
        "a/c/0",
        "EDITOR changed key c/0 of array /a, and OTHER changed its metadata");
  }

  @Test
  void movingAnArrayToFormat3ClashesWithItsChunks() {
    assertClash(
        BASE,
        edits("old/sst/.zarray", "-", "old/sst/.zattrs", "-", "old/sst/zarr.json", ARRAY),
        edits("old/sst/1", "new"),
        "old/sst/1",
        "EDITOR created chunk [1] of array /old/sst, and OTHER changed its metadata");
  }

  @Test
  void chunksOfAnArrayBelowBelongToItAlone() {
    String separator = "\"dimension_separator\": \"/\", ";
    String[] base =
        edits(
            "a/.zarray", Documents.array2("[2, 2]", "[1, 1]", separator),
            "a/0/.zarray", Documents.array2("[4]", "[1]"));
    assertPeace(
        base,
        edits("a/.zarray", Documents.array2("[4, 4]", "[1, 1]", separator)),
        edits("a/0/1", "new"));
  }
}
