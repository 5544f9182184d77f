package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
}
