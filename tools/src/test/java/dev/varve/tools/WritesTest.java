package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WritesTest {
  static final String[] COMMIT_FIELDS = {
    "type",
    "commit",
    "parents",
    "branch",
    "root",
    "keys_added",
    "keys_changed",
    "keys_removed",
    "blobs_written",
    "bytes_written",
    "bytes_reused",
    "unchanged"
  };

  @TempDir Path directory;
  private String repo = "";

  @BeforeEach
  void init() {
    repo = Cli.repository(directory);
  }

  @Test
  void putMakesTheBranchWithACommitWithoutParents() {
    JsonNode made = Cli.put(repo, "air/c/0", "21.5");
    assertThat(Cli.fields(made)).containsExactly(COMMIT_FIELDS);
    assertThat(made.path("type").asText()).isEqualTo("commit");
    assertThat(made.path("commit").asText()).matches("[0-9a-f]{64}");
    assertThat(made.path("root").asText()).matches("[0-9a-f]{64}");
    assertThat(made.path("parents")).isEmpty();
    assertThat(made.path("branch").asText()).isEqualTo("main");
    assertThat(made.path("keys_added").asInt()).isEqualTo(1);
    assertThat(made.path("unchanged").isBoolean()).isTrue();
    assertThat(made.path("unchanged").asBoolean()).isFalse();
    // The value, two nodes and the commit.
    assertThat(made.path("blobs_written").asInt()).isEqualTo(4);
    assertThat(made.path("bytes_written").asLong()).isGreaterThan(4);
  }

  @Test
  void putOfTheSameValueIsUnchanged() {
    JsonNode first = Cli.put(repo, "a", "1");
    JsonNode again = Cli.put(repo, "a", "1");
    assertThat(again.path("unchanged").asBoolean()).isTrue();
    assertThat(again.path("commit")).isEqualTo(first.path("commit"));
    assertThat(again.path("root")).isEqualTo(first.path("root"));
    assertThat(again.path("blobs_written").asInt()).isZero();
    assertThat(again.path("bytes_written").asInt()).isZero();
    assertThat(Cli.run("log", repo, "--json").exits(0).lines()).hasSize(1);
  }

  @Test
  void putTakesSeveralPairsInOneCommit() throws IOException {
    Path one = Files.writeString(directory.resolve("one"), "1");
    Path two = Files.writeString(directory.resolve("two"), "2");
    JsonNode made =
        Cli.with(
                "3",
                "put",
                repo,
                "a",
                one.toString(),
                "b",
                two.toString(),
                "c",
                "-",
                "-m",
                "three",
                "--json")
            .exits(0)
            .only();
    assertThat(made.path("keys_added").asInt()).isEqualTo(3);
    assertThat(Cli.run("cat", repo, "main", "b").out()).isEqualTo("2");
    assertThat(Cli.run("cat", repo, "main", "c").out()).isEqualTo("3");
    assertThat(Cli.run("log", repo, "--json").only().path("message").asText()).isEqualTo("three");
  }

  @Test
  void putKeepsLargeValuesFromAFileAndFromStandardInput() throws IOException {
    byte[] large = new byte[9 << 20];
    for (int i = 0; i < large.length; i++) {
      large[i] = (byte) (i * 31 >>> 7);
    }
    Path file = Files.write(directory.resolve("large"), large);
    Cli.with(Arrays.copyOf(large, 5 << 20), "put", repo, "f", file.toString(), "s", "-").exits(0);
    assertThat(Cli.run("cat", repo, "main", "f").exits(0).bytes()).isEqualTo(large);
    assertThat(Cli.run("cat", repo, "main", "s").exits(0).bytes())
        .isEqualTo(Arrays.copyOf(large, 5 << 20));
    assertThat(Cli.run("cat", repo, "main", "f", "--range", "8388000-8389000").exits(0).bytes())
        .isEqualTo(Arrays.copyOfRange(large, 8388000, 8389001));
  }

  @Test
  void putRefusesWhatCannotBeMeant() throws IOException {
    Path file = Files.writeString(directory.resolve("v"), "1");
    Cli.run("put", repo, "a", "--json").exits(2).error();
    Cli.run("put", repo, "a", file.toString(), "b", "--json").exits(2).error();
    Cli.run("put", repo, "/a", file.toString(), "--json").exits(2).error();
    Cli.run("put", repo, "a//b", file.toString(), "--json").exits(2).error();
    Cli.run("put", repo, "../a", file.toString(), "--json").exits(2).error();
    Cli.run("put", repo, "a", "-", "b", "-", "--json").exits(2).error();
    Cli.run("put", repo, "a", "-", "a", file.toString(), "--json").exits(2).error();
    Cli.run("put", repo, "a", file.toString(), "-b", "a..~", "--json").exits(2).error();
    assertThat(Cli.run("branch", repo, "--json").lines()).isEmpty();
  }

  @Test
  void putOfAFileThatIsNotThereExits5() {
    JsonNode error =
        Cli.run("put", repo, "a", directory.resolve("no").toString(), "--json").exits(5).error();
    assertThat(error.path("code").asText()).isEqualTo("not-found");
    assertThat(error.path("message").asText()).contains("no");
    Cli.run("put", repo, "a", directory.toString(), "--json").exits(1).error();
    Cli.run("put", directory.resolve("none").toString(), "a", "-", "--json").exits(5).error();
  }

  @Test
  void putToANewBranchBeginsAtTheBase() {
    JsonNode first = Cli.put(repo, "a", "1");
    JsonNode onNew = Cli.put(repo, "b", "2", "-b", "trial", "--base", "main");
    assertThat(onNew.path("parents").get(0)).isEqualTo(first.path("commit"));
    assertThat(onNew.path("branch").asText()).isEqualTo("trial");
    assertThat(Cli.run("ls", repo, "trial", "--json").lines()).hasSize(2);
    assertThat(Cli.put(repo, "x", "1", "-b", "fresh").path("parents")).isEmpty();
    Cli.with("1", "put", repo, "x", "-", "--base", "nosuch", "--json").exits(5).error();
  }

  @Test
  void anEditAgainstAnOldBaseIsAppliedAgainWhereNothingConflicts() {
    String base = Cli.put(repo, "a", "1").path("commit").asText();
    JsonNode theirs = Cli.put(repo, "b", "2");
    JsonNode ours = Cli.put(repo, "c", "3", "--base", base);
    assertThat(ours.path("parents").get(0)).isEqualTo(theirs.path("commit"));
    assertThat(Cli.run("ls", repo, "main", "--json").lines()).hasSize(3);
  }

  @Test
  void anEditOfAKeyThatMovedSinceTheBaseConflicts() {
    String base = Cli.put(repo, "a", "1").path("commit").asText();
    String theirs = Cli.put(repo, "a", "2").path("commit").asText();
    Cli.Result result = Cli.with("3", "put", repo, "a", "-", "--base", base, "--json").exits(4);
    JsonNode conflict = result.only();
    assertThat(result.error().path("code").asText()).isEqualTo("conflict");
    assertThat(Cli.fields(conflict))
        .containsExactly("type", "key", "array", "chunk", "base", "ours", "theirs", "why");
    assertThat(conflict.path("type").asText()).isEqualTo("conflict");
    assertThat(conflict.path("key").asText()).isEqualTo("a");
    // sha256sum of the three values.
    assertThat(conflict.path("base").asText()).startsWith("6b86b273ff34fce1");
    assertThat(conflict.path("theirs").asText()).startsWith("d4735e3a265e16ee");
    assertThat(conflict.path("ours").asText()).startsWith("4e07408562bedb8b");
    assertThat(conflict.path("why").asText()).isNotBlank();
    assertThat(Cli.run("log", repo, "-n", "1", "--json").only().path("commit").asText())
        .isEqualTo(theirs);
    assertThat(Cli.with("3", "put", repo, "a", "-", "--base", base).exits(4).out())
        .contains("conflict: a");
  }

  @Test
  void aConflictNamesArrayAndChunk() {
    Cli.apply(repo, "array", Cli.set("air/.zarray", Zarr.ARRAY_V2), Cli.set("air/0.1", "1"));
    Cli.put(repo, "air/0.1", "2");
    JsonNode conflict =
        Cli.with("3", "put", repo, "air/0.1", "-", "--base", "main~1", "--json").exits(4).only();
    assertThat(conflict.path("array").asText()).isEqualTo("/air");
    assertThat(conflict.path("chunk").toString()).isEqualTo("[0,1]");
  }

  @Test
  void aConflictNamesTheChunkOfAnArrayThatTheBranchNoLongerHas() {
    Cli.apply(repo, "array", Cli.set("air/.zarray", Zarr.ARRAY_V2), Cli.set("air/0.1", "1"));
    Cli.run("rm", repo, "air/").exits(0);
    JsonNode conflict =
        Cli.with("3", "put", repo, "air/0.0", "-", "--base", "main~1", "--json").exits(4).only();
    assertThat(conflict.path("key").asText()).isEqualTo("air/0.0");
    assertThat(conflict.path("array").asText()).isEqualTo("/air");
    assertThat(conflict.path("chunk").toString()).isEqualTo("[0,0]");
  }

  @Test
  void rmRemovesKeysAndDirectories() {
    Cli.apply(
        repo,
        "some",
        Cli.set("a/1", "1"),
        Cli.set("a/2", "2"),
        Cli.set("b", "3"),
        Cli.set("c", "4"));
    JsonNode gone = Cli.run("rm", repo, "a/", "b", "a/1", "--json").exits(0).only();
    assertThat(Cli.fields(gone)).containsExactly(COMMIT_FIELDS);
    assertThat(gone.path("keys_removed").asInt()).isEqualTo(3);
    assertThat(Cli.run("ls", repo, "main", "-r").out()).isEqualTo("c\n");
  }

  @Test
  void rmOfAnAbsentKeyExits5AndRemovesNothing() {
    Cli.apply(repo, "some", Cli.set("a/1", "1"), Cli.set("b", "3"));
    Cli.run("rm", repo, "b", "nosuch", "--json").exits(5).error();
    Cli.run("rm", repo, "nosuch/", "--json").exits(5).error();
    // A directory is not removed by its bare name, nor a key as a directory.
    assertThat(Cli.run("rm", repo, "a", "--json").exits(5).error().path("hint").asText())
        .contains("a/");
    Cli.run("rm", repo, "b/", "--json").exits(5).error();
    Cli.run("rm", repo, "/a", "--json").exits(2).error();
    Cli.run("rm", repo, "b", "-b", "nosuch", "--json").exits(5).error();
    assertThat(Cli.run("ls", repo, "main", "-r", "--json").lines()).hasSize(2);
    assertThat(Cli.run("log", repo, "--json").lines()).hasSize(1);
  }

  @Test
  void rmAgainstAnOldBaseConflictsWhereTheKeyChanged() {
    Cli.put(repo, "a", "1");
    Cli.put(repo, "a", "2");
    JsonNode conflict = Cli.run("rm", repo, "a", "--base", "main~1", "--json").exits(4).only();
    assertThat(conflict.path("ours").isNull()).isTrue();
  }

  @Test
  void theAuthorComesFromTheEnvironment() {
    Cli.put(repo, "a", "1");
    assertThat(Cli.run("log", repo, "--json").only().path("author").asText())
        .isEqualTo("Ada <ada@example.org>");
  }

  @Test
  void aKeyMayHoldAnythingThatUtf8Can() {
    String key = "größe/\u65e5\u672c/\ud83d\ude00 \"x\"\\y";
    Cli.put(repo, key, "1");
    assertThat(Cli.run("ls", repo, "main", "-r", "--json").only().path("key").asText())
        .isEqualTo(key);
    assertThat(Cli.run("cat", repo, "main", key).exits(0).out()).isEqualTo("1");
    Cli.with("1", "put", repo, "a\ud83d", "-", "--json").exits(2).error();
  }

  @Test
  void aKeyMayBeginWithADashAfterTwo() {
    Cli.with("1", "put", repo, "--", "-key", "-").exits(0);
    assertThat(Cli.run("cat", repo, "main", "--", "-key").exits(0).out()).isEqualTo("1");
  }
}
