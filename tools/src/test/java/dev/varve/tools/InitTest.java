package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InitTest {
  @TempDir Path directory;

  @Test
  void makesMissingParentDirectories() {
    String repo = directory.resolve("a/b/c").toString();
    JsonNode made = Cli.run("init", repo, "--json").exits(0).only();
    assertThat(Cli.fields(made)).containsExactly("type", "repo", "format", "hash");
    assertThat(made.path("type").asText()).isEqualTo("repository");
    assertThat(made.path("repo").asText()).isEqualTo(repo);
    assertThat(made.path("format").isIntegralNumber()).isTrue();
    assertThat(made.path("format").asInt()).isEqualTo(1);
    assertThat(made.path("hash").asText()).isEqualTo("sha256");
    assertThat(Cli.run("branch", repo, "--json").exits(0).lines()).isEmpty();
  }

  @Test
  void takesAnEmptyDirectoryAndBlake3() throws IOException {
    Path empty = Files.createDirectory(directory.resolve("empty"));
    JsonNode made = Cli.run("init", "--json", empty.toString(), "--hash", "blake3").exits(0).only();
    assertThat(made.path("hash").asText()).isEqualTo("blake3");
    Cli.put(empty.toString(), "abc", "abc");
    // The hash of "abc" as BLAKE3's authors publish it.
    assertThat(Cli.run("ls", empty.toString(), "main", "--json").only().path("hash").asText())
        .isEqualTo("6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85");
  }

  @Test
  void refusesARepositoryThatIsThereAndTouchesNothing() {
    String repo = Cli.repository(directory);
    Cli.put(repo, "a", "1");
    JsonNode error = Cli.run("init", repo, "--json").exits(1).error();
    assertThat(error.path("message").asText()).contains(repo);
    assertThat(Cli.run("cat", repo, "main", "a").exits(0).out()).isEqualTo("1");
  }

  @Test
  void refusesADirectoryThatHoldsAnything() throws IOException {
    Path used = Files.createDirectory(directory.resolve("used"));
    Files.writeString(used.resolve("notes.txt"), "mine");
    Cli.run("init", used.toString(), "--json").exits(1).error();
    try (var left = Files.list(used)) {
      assertThat(left).containsExactly(used.resolve("notes.txt"));
    }
    Cli.run("init", used.resolve("notes.txt").toString()).exits(1);
  }

  @Test
  void refusesAnUnknownHashAlgorithm() {
    String repo = directory.resolve("r").toString();
    JsonNode error = Cli.run("init", repo, "--hash", "md5", "--json").exits(2).error();
    assertThat(error.path("code").asText()).isEqualTo("usage");
    assertThat(directory.resolve("r")).doesNotExist();
  }
}
