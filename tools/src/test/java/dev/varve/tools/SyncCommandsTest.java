package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** push, pull and clone between directories. */
class SyncCommandsTest {
  @TempDir private Path folder;
  private String here = "";
  private String there = "";
  private String file = "";

  @BeforeEach
  void fill() throws IOException {
    here = folder.resolve("here").toString();
    there = folder.resolve("there").toString();
    file = Files.writeString(folder.resolve("value"), "one").toString();
    run("init", here).exits(0);
    run("put", here, "air/c/0", file).exits(0);
    run("tag", here, "v1", "main").exits(0);
  }

  private static Cli.Result run(String... args) {
    return Cli.run(args);
  }

  private String head(String repo) {
    return run("log", repo, "-n", "1", "--json").exits(0).only().path("commit").asText();
  }

  private void edit(String repo, String key, String text) throws IOException {
    Files.writeString(Path.of(file), text);
    run("put", repo, key, file).exits(0);
  }

  @Test
  void cloneTakesEveryBranchAndTag() {
    JsonNode last = run("clone", here, there, "--json").exits(0).last();
    assertThat(last.path("type").asText()).isEqualTo("sync");
    assertThat(last.path("commits").asLong()).isEqualTo(1);
    assertThat(head(there)).isEqualTo(head(here));
    assertThat(run("tag", there, "--json").only().path("name").asText()).isEqualTo("v1");
    run("verify", there).exits(0);
    run("clone", here, there, "--json").exits(1);
  }

  @Test
  void cloneThatIsOnlyTriedMakesNothingAndRefusesWhatACloneWould() throws IOException {
    JsonNode told = run("clone", here, there, "--dry-run", "--json").exits(0).last();
    assertThat(Path.of(there)).doesNotExist();
    JsonNode done = run("clone", here, there, "--json").exits(0).last();
    for (String each : List.of("commits", "objects", "bytes")) {
      assertThat(told.path(each)).isEqualTo(done.path(each));
    }
    for (String taken : List.of(there, file, Path.of(file).getParent().toString())) {
      assertThat(run("clone", here, taken, "--dry-run").exits(1).err())
          .isEqualTo(run("clone", here, taken).exits(1).err());
    }
  }

  @Test
  void pushSendsWhatIsNewAndASecondOneNothing() throws IOException {
    run("clone", here, there).exits(0);
    edit(here, "air/c/1", "two");
    assertThat(
            run("push", here, there, "--dry-run", "--json")
                .exits(0)
                .last()
                .path("commits")
                .asLong())
        .isEqualTo(1);
    assertThat(head(there)).isNotEqualTo(head(here));
    assertThat(run("push", here, there, "--json").exits(0).last().path("objects").asLong())
        .isEqualTo(3);
    assertThat(head(there)).isEqualTo(head(here));
    assertThat(run("push", here, there, "--json").exits(0).last().path("objects").asLong())
        .isZero();
  }

  @Test
  void pullBringsWhatTheOtherSideGot() throws IOException {
    run("clone", here, there).exits(0);
    edit(there, "air/c/1", "two");
    run("pull", here, there).exits(0);
    assertThat(head(here)).isEqualTo(head(there));
  }

  @Test
  void aDivergedBranchExitsWithConflictAndNothingMoves() throws IOException {
    run("clone", here, there).exits(0);
    edit(here, "air/c/1", "ours");
    edit(there, "air/c/1", "theirs");
    String before = head(there);
    Cli.Result result = run("push", here, there, "--json").exits(4);
    assertThat(result.only().path("name").asText()).isEqualTo("main");
    assertThat(result.error().path("code").asText()).isEqualTo("diverged");
    assertThat(head(there)).isEqualTo(before);
  }

  @Test
  void aRepositoryThatIsNotThereExitsWithNotFound() {
    run("push", here, folder.resolve("nowhere").toString(), "--json").exits(5);
    run("clone", folder.resolve("nowhere").toString(), there, "--json").exits(5);
    assertThat(Path.of(there)).doesNotExist();
  }

  @Test
  void fetchLeavesBranchesAloneAndMergeJoinsThem() throws IOException {
    run("clone", here, there).exits(0);
    edit(here, "air/c/1", "ours");
    edit(there, "air/c/2", "theirs");
    String ours = head(here);
    JsonNode fetched = run("fetch", here, there, "--json").exits(0).lines("pin").get(0);
    assertThat(fetched.path("name").asText()).isEqualTo("origin/main");
    assertThat(fetched.path("commit").asText()).isEqualTo(head(there));
    assertThat(head(here)).isEqualTo(ours);
    assertThat(run("branch", here, "--json").exits(0).lines()).hasSize(1);
    assertThat(run("cat", here, "origin/main", "air/c/2").exits(0).out()).isEqualTo("theirs");
    run("merge", here, "origin/main").exits(0);
    assertThat(run("cat", here, "main", "air/c/2").exits(0).out()).isEqualTo("theirs");
    run("push", here, there).exits(0);
    assertThat(head(there)).isEqualTo(head(here));
    assertThat(run("refs", there, "--json").exits(0).lines())
        .noneMatch(ref -> ref.path("kind").asText().equals("pin"));
    run("fetch", here, there, "main", "--as", "site/two").exits(0);
    assertThat(run("log", here, "site/two/main", "-n", "1", "--json").only().path("commit"))
        .asString()
        .contains(head(there));
    run("fetch", here, there, "none", "--json").exits(5);
    run("fetch", here, there, "--as", "a..b/-", "--json").exits(2);
  }

  private List<String> names(String repo, String kind) {
    return run(kind, repo, "--json").exits(0).lines().stream()
        .map(ref -> ref.path("name").asText())
        .toList();
  }

  @Test
  void whatIsNamedTravelsAlone() throws IOException {
    run("branch", here, "side").exits(0);
    edit(here, "air/c/1", "two");
    run("init", there).exits(0);
    run("push", here, there, "side").exits(0);
    assertThat(names(there, "branch")).containsExactly("side");
    assertThat(names(there, "tag")).isEmpty();
    run("push", here, there, "--tags").exits(0);
    assertThat(names(there, "branch")).containsExactly("side");
    assertThat(names(there, "tag")).containsExactly("v1");
    run("push", here, there, "main~1", "-b", "old").exits(0);
    assertThat(names(there, "branch")).containsExactly("old", "side");
    assertThat(run("push", here, there, "main~1", "--json").exits(2).error().path("hint").asText())
        .startsWith("-b NAME");
    run("push", here, there, "none", "--json").exits(5);
    run("push", here, there, "main", "--all", "--json").exits(2);
    run("push", here, there, "-b", "x", "--json").exits(2);
    run("push", here, there, "--all").exits(0);
    assertThat(names(there, "branch")).containsExactly("main", "old", "side");
    run("verify", there).exits(0);
  }

  @Test
  void aPathTravelsAloneAndKeepsItsHash() throws IOException {
    edit(here, "sea/c/0", "other");
    run("clone", here, there, "--path", "/air").exits(0);
    assertThat(run("ls", there, "main", "-r", "--json").exits(0).only().path("key").asText())
        .isEqualTo("air/c/0");
    assertThat(run("hash", there, "main", "--path", "/air").exits(0).out())
        .isEqualTo(run("hash", here, "main", "--path", "/air").exits(0).out());
    JsonNode copy = run("log", there, "--json").exits(0).only();
    assertThat(copy.path("attributes").path("varve.source.commit").asText()).isEqualTo(head(here));
    assertThat(run("pull", there, here, "--path", "/air").exits(0).out()).contains("equal");
    edit(here, "air/c/1", "more");
    run("pull", there, here, "--path", "/air").exits(0);
    assertThat(run("log", there, "--json").exits(0).lines()).hasSize(2);
    // What has a history of its own is not a copy any more.
    edit(there, "air/c/5", "mine");
    edit(here, "air/c/2", "more");
    run("pull", there, here, "--path", "/air", "--json").exits(4);
    run("pull", there, here, "--path", "/none", "--json").exits(5);
    run("pull", there, here, "--path", "/", "--json").exits(2);
    run("pull", there, here, "v1", "--path", "/air", "--json").exits(2);
    run("pull", there, here, "v1", "--path", "/air", "-b", "first").exits(0);
    run("verify", there).exits(0);
  }
}
