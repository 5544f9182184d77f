package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RewritesTest {
  @TempDir Path directory;
  private String repo = "";

  @BeforeEach
  void init() {
    repo = Cli.repository(directory);
    Cli.put(repo, "a", "1");
    Cli.run("branch", repo, "side").exits(0);
  }

  @Test
  void mergeJoinsTwoLines() {
    String theirs = Cli.put(repo, "b", "2", "-b", "side").path("commit").asText();
    String ours = Cli.put(repo, "c", "3").path("commit").asText();
    JsonNode made = Cli.run("merge", repo, "side", "-m", "both", "--json").exits(0).only();
    assertThat(Cli.fields(made)).containsExactly(WritesTest.COMMIT_FIELDS);
    assertThat(made.path("parents").get(0).asText()).isEqualTo(ours);
    assertThat(made.path("parents").get(1).asText()).isEqualTo(theirs);
    assertThat(made.path("keys_added").asInt()).isEqualTo(1);
    assertThat(Cli.run("ls", repo, "main").out()).isEqualTo("a\nb\nc\n");
    assertThat(Cli.run("show", repo, "--json").only().path("message").asText()).isEqualTo("both");
  }

  @Test
  void mergeOfADescendantMovesTheBranchAndOfAnAncestorIsUnchanged() {
    String theirs = Cli.put(repo, "b", "2", "-b", "side").path("commit").asText();
    JsonNode moved = Cli.run("merge", repo, "side", "--json").exits(0).only();
    assertThat(moved.path("commit").asText()).isEqualTo(theirs);
    assertThat(moved.path("unchanged").asBoolean()).isFalse();
    assertThat(moved.path("blobs_written").asInt()).isZero();
    JsonNode same = Cli.run("merge", repo, "main~1", "--json").exits(0).only();
    assertThat(same.path("unchanged").asBoolean()).isTrue();
    assertThat(same.path("commit").asText()).isEqualTo(theirs);
    assertThat(Cli.run("log", repo, "--json").lines()).hasSize(2);
    // Into another branch.
    assertThat(
            Cli.run("merge", repo, "main", "-b", "third", "--json")
                .exits(0)
                .only()
                .path("branch")
                .asText())
        .isEqualTo("third");
  }

  @Test
  void aMergeThatConflictsNamesTheKeysAndChangesNothing() {
    Cli.put(repo, "a", "theirs", "-b", "side");
    String ours = Cli.put(repo, "a", "ours").path("commit").asText();
    JsonNode conflict = Cli.run("merge", repo, "side", "--json").exits(4).only();
    assertThat(Cli.fields(conflict))
        .containsExactly("type", "key", "array", "chunk", "base", "ours", "theirs", "why");
    assertThat(conflict.path("array").isNull()).isTrue();
    assertThat(conflict.path("chunk").isNull()).isTrue();
    assertThat(Cli.run("show", repo, "--json").only().path("commit").asText()).isEqualTo(ours);
    Cli.run("merge", repo, "nosuch", "--json").exits(5).error();
  }

  @Test
  void aChunkWrittenUnderAnArrayThatWasResizedConflictsButAttributesDoNot() {
    Cli.apply(
        repo,
        "array",
        Cli.set("air/zarr.json", Zarr.arrayV3("4, 6", "{}")),
        Cli.set("air/c/0/0", "1"));
    Cli.run("branch", repo, "side", "main", "-f").exits(0);
    Cli.put(repo, "air/c/0/1", "2", "-b", "side");
    Cli.put(repo, "air/zarr.json", Zarr.arrayV3("4, 6", "{\"units\": \"K\"}"));
    Cli.run("merge", repo, "side", "-b", "main", "--json").exits(0);
    Cli.put(repo, "air/c/1/1", "2", "-b", "side");
    Cli.put(repo, "air/zarr.json", Zarr.arrayV3("6, 6", "{\"units\": \"K\"}"));
    JsonNode conflict = Cli.run("merge", repo, "side", "--json").exits(4).only();
    assertThat(conflict.path("key").asText()).isEqualTo("air/c/1/1");
    assertThat(conflict.path("array").asText()).isEqualTo("/air");
    assertThat(conflict.path("chunk").toString()).isEqualTo("[1,1]");
  }

  @Test
  void revertUndoesACommit() {
    Cli.put(repo, "a", "2");
    Cli.put(repo, "b", "3");
    JsonNode made = Cli.run("revert", repo, "main~1", "--json").exits(0).only();
    assertThat(Cli.fields(made)).containsExactly(WritesTest.COMMIT_FIELDS);
    assertThat(made.path("keys_changed").asInt()).isEqualTo(1);
    assertThat(Cli.run("cat", repo, "main", "a").out()).isEqualTo("1");
    assertThat(Cli.run("cat", repo, "main", "b").out()).isEqualTo("3");
    assertThat(Cli.run("show", repo, "--json").only().path("message").asText())
        .startsWith("revert ");
    Cli.put(repo, "a", "4");
    Cli.run("revert", repo, "main~3", "--json").exits(4);
    Cli.run("revert", repo, "nosuch", "--json").exits(5).error();
    Cli.run("revert", repo, "main", "-b", "nosuch", "--json").exits(5).error();
  }

  @Test
  void cherryPickRepeatsACommitOnAnotherBranch() {
    Cli.put(repo, "b", "2", "-b", "side");
    Cli.put(repo, "c", "3", "-b", "side", "-m", "the third");
    JsonNode made = Cli.run("cherry-pick", repo, "side", "--json").exits(0).only();
    assertThat(made.path("keys_added").asInt()).isEqualTo(1);
    assertThat(Cli.run("ls", repo, "main").out()).isEqualTo("a\nc\n");
    assertThat(Cli.run("show", repo, "--json").only().path("message").asText())
        .isEqualTo("the third");
    assertThat(
            Cli.run("cherry-pick", repo, "side", "--json")
                .exits(0)
                .only()
                .path("unchanged")
                .asBoolean())
        .isTrue();
  }

  @Test
  void squashLeavesOneCommitWithFromAsItsParent() {
    String from = Cli.run("show", repo, "--json").only().path("commit").asText();
    Cli.put(repo, "b", "2");
    String to = Cli.put(repo, "c", "3").path("commit").asText();
    JsonNode made = Cli.run("squash", repo, "main~2..main", "-m", "all", "--json").exits(0).only();
    assertThat(Cli.fields(made)).containsExactly(WritesTest.COMMIT_FIELDS);
    assertThat(made.path("parents").get(0).asText()).isEqualTo(from);
    assertThat(made.path("keys_added").asInt()).isEqualTo(2);
    assertThat(Cli.run("log", repo, "--json").lines()).hasSize(2);
    // The old ones stay readable by id.
    assertThat(Cli.run("show", repo, to, "--json").exits(0).only().path("commit").asText())
        .isEqualTo(to);
  }

  @Test
  void squashRefusesARangeThatIsMalformedOrNotTheBranchs() {
    Cli.put(repo, "b", "2");
    Cli.put(repo, "c", "3");
    for (String range :
        new String[] {"main", "..main", "main~1..", "main~2...main", "main~2..main..main"}) {
      Cli.run("squash", repo, range, "--json").exits(2).error();
    }
    assertThat(Cli.run("squash", repo, "main~2..main~1", "--json").exit()).isNotZero();
    Cli.run("squash", repo, "nosuch..main", "--json").exits(5).error();
    assertThat(
            Cli.run("squash", repo, "main..main", "--json")
                .exits(0)
                .only()
                .path("unchanged")
                .asBoolean())
        .isTrue();
    assertThat(Cli.run("log", repo, "--json").lines()).hasSize(3);
  }
}
