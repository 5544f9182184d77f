package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RefCommandsTest {
  @TempDir Path directory;
  private String repo = "";
  private String first = "";
  private String second = "";

  @BeforeEach
  void init() {
    repo = Cli.repository(directory);
    first = Cli.put(repo, "a", "1").path("commit").asText();
    second = Cli.put(repo, "a", "2").path("commit").asText();
  }

  @Test
  void branchMakesListsAndDeletes() {
    JsonNode made = Cli.run("branch", repo, "trial", "main~1", "--json").exits(0).only();
    assertThat(Cli.fields(made)).containsExactly("type", "name", "commit");
    assertThat(made.path("type").asText()).isEqualTo("branch");
    assertThat(made.path("name").asText()).isEqualTo("trial");
    assertThat(made.path("commit").asText()).isEqualTo(first);
    assertThat(Cli.run("branch", repo, "--json").exits(0).lines())
        .extracting(line -> line.path("name").asText())
        .containsExactly("main", "trial");
    assertThat(Cli.run("branch", repo).exits(0).out())
        .contains("trial")
        .contains(first.substring(0, 12));
    JsonNode gone = Cli.run("branch", repo, "-d", "trial", "--json").exits(0).only();
    assertThat(gone.path("type").asText()).isEqualTo("branch");
    assertThat(gone.path("commit").asText()).isEqualTo(first);
    assertThat(Cli.run("branch", repo, "--json").only().path("name").asText()).isEqualTo("main");
    Cli.run("branch", repo, "-d", "trial", "--json").exits(5).error();
    // The name can be used again.
    Cli.run("branch", repo, "trial").exits(0);
  }

  @Test
  void branchMovesABranchOnlyByForce() {
    Cli.run("branch", repo, "trial", "--json").exits(0);
    assertThat(
            Cli.run("branch", repo, "trial", first, "--json")
                .exits(1)
                .error()
                .path("code")
                .asText())
        .isEqualTo("exists");
    assertThat(
            Cli.run("branch", repo, "trial", first, "-f", "--json")
                .exits(0)
                .only()
                .path("commit")
                .asText())
        .isEqualTo(first);
    assertThat(Cli.run("show", repo, "trial", "--json").only().path("commit").asText())
        .isEqualTo(first);
  }

  @Test
  void aTagIsNeverMoved() {
    JsonNode made = Cli.run("tag", repo, "v1", "main~1", "--json").exits(0).only();
    assertThat(Cli.fields(made)).containsExactly("type", "name", "commit");
    assertThat(made.path("type").asText()).isEqualTo("tag");
    Cli.run("tag", repo, "v1", "main", "--json").exits(1).error();
    Cli.run("tag", repo, "v1", "main", "-f", "--json").exits(1).error();
    assertThat(Cli.run("tag", repo, "--json").only().path("commit").asText()).isEqualTo(first);
    assertThat(Cli.run("cat", repo, "v1", "a").out()).isEqualTo("1");
    Cli.run("tag", repo, "-d", "v1").exits(0);
    assertThat(Cli.run("tag", repo, "--json").exits(0).lines()).isEmpty();
    Cli.run("cat", repo, "v1", "a").exits(5);
  }

  @Test
  void badNamesAndAbsentRevisionsAreRefused() {
    Cli.run("branch", repo, "no good", "--json").exits(2).error();
    Cli.run("branch", repo, "a~b", "--json").exits(2).error();
    Cli.run("tag", repo, "v1", "nosuch", "--json").exits(5).error();
    Cli.run("branch", repo, "x", "-d", "y", "--json").exits(2).error();
    Cli.run("tag", directory.resolve("none").toString(), "--json").exits(5).error();
  }

  @Test
  void refsListsEveryRefWithItsKind() {
    Cli.run("tag", repo, "v1", "main~1").exits(0);
    var refs = Cli.run("refs", repo, "--json").exits(0).lines();
    assertThat(refs).hasSize(2);
    JsonNode main = refs.get(0);
    assertThat(Cli.fields(main)).startsWith("type", "name", "kind", "commit", "time", "reason");
    assertThat(main.path("type").asText()).isEqualTo("ref");
    assertThat(main.path("name").asText()).isEqualTo("main");
    assertThat(main.path("kind").asText()).isEqualTo("branch");
    assertThat(main.path("commit").asText()).isEqualTo(second);
    assertThat(main.path("time").asText()).endsWith("Z");
    assertThat(main.path("reason").asText()).isNotBlank();
    assertThat(refs.get(1).path("kind").asText()).isEqualTo("tag");
  }

  @Test
  void theLogOfARefTellsEveryMoveAndItsDeletion() {
    var moves = Cli.run("refs", repo, "--log", "main", "--json").exits(0).lines();
    assertThat(moves)
        .extracting(line -> line.path("commit").asText())
        .containsExactly(second, first);
    Cli.run("branch", repo, "trial").exits(0);
    Cli.run("branch", repo, "-d", "trial").exits(0);
    var trial = Cli.run("refs", repo, "--log", "trial", "--json").exits(0).lines();
    assertThat(trial).hasSize(2);
    assertThat(trial.get(0).path("commit").isNull()).isTrue();
    assertThat(Cli.run("refs", repo, "--log", "--json").exits(0).lines()).hasSize(4);
    assertThat(Cli.run("refs", "--log", repo, "--json").exits(0).lines()).hasSize(4);
    assertThat(Cli.run("refs", repo, "--json").exits(0).lines()).hasSize(1);
    Cli.run("refs", repo, "--log", "nosuch", "--json").exits(5).error();
    Cli.run("refs", "--json").exits(2).error();
  }
}
