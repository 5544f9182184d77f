package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApplyTest {
  @TempDir Path directory;
  private String repo = "";

  @BeforeEach
  void init() {
    repo = Cli.repository(directory);
  }

  @Test
  void makesACommitForEachCommitLine() throws IOException {
    Path file = Files.writeString(directory.resolve("v"), "from a file");
    String edits =
        Cli.set("a", "1")
            + "\n"
            + JsonLine.nested().put("put", "b").put("file", file.toString())
            + "\n{\"commit\":\"one\"}\n\n"
            + "{\"delete\":\"a\"}\n{\"delete\":\"never there\"}\n{\"commit\":\"two\"}";
    List<JsonNode> made = Cli.with(edits, "apply", repo, "--json").exits(0).lines();
    assertThat(made).hasSize(2);
    assertThat(made)
        .allSatisfy(line -> assertThat(Cli.fields(line)).containsExactly(WritesTest.COMMIT_FIELDS));
    assertThat(made.get(0).path("keys_added").asInt()).isEqualTo(2);
    assertThat(made.get(1).path("keys_removed").asInt()).isEqualTo(1);
    assertThat(made.get(1).path("parents").get(0)).isEqualTo(made.get(0).path("commit"));
    assertThat(Cli.run("cat", repo, "main", "b").out()).isEqualTo("from a file");
    assertThat(Cli.run("log", repo, "--json").lines())
        .extracting(line -> line.path("message").asText())
        .containsExactly("two", "one");
  }

  @Test
  void tellsAGroupThatChangesNothing() {
    List<JsonNode> made =
        Cli.with(
                Cli.set("a", "1")
                    + "\n{\"commit\":\"one\"}\n"
                    + Cli.set("a", "1")
                    + "\n{\"commit\":\"two\"}\n",
                "apply",
                repo,
                "--json")
            .exits(0)
            .lines();
    assertThat(made)
        .extracting(line -> line.path("unchanged").asBoolean())
        .containsExactly(false, true);
    assertThat(made.get(1).path("commit")).isEqualTo(made.get(0).path("commit"));
  }

  @Test
  void dropsEditsAfterTheLastCommitLineAndSaysSo() {
    Cli.Result result =
        Cli.with(
                Cli.set("a", "1") + "\n{\"commit\":\"one\"}\n" + Cli.set("b", "2") + "\n",
                "apply",
                repo,
                "--json")
            .exits(0);
    assertThat(result.lines()).hasSize(1);
    assertThat(result.err()).contains("dropped 1 edit");
    assertThat(Cli.run("ls", repo, "main", "--json").lines()).hasSize(1);
    assertThat(Cli.with("", "apply", repo, "--json").exits(0).lines()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "not json",
        "{\"put\":\"a\"}",
        "{\"put\":\"a\",\"base64\":\"AQ==\",\"file\":\"x\"}",
        "{\"put\":\"a\",\"base64\":\"A\"}",
        "{\"put\":\"a\",\"base64\":\"!!!!\"}",
        "{\"put\":\"/a\",\"base64\":\"AQ==\"}",
        "{\"put\":\"a\",\"put\":\"b\",\"base64\":\"AQ==\"}",
        "{\"delete\":7}",
        "{\"delete\":\"\"}",
        "{\"commit\":null}",
        "{\"commit\":\"x\",\"extra\":\"y\"}",
        "{\"commit\":\"x\"} {}",
        "[\"commit\"]",
        "{}",
        "{\"commit\":\"x\"",
        "{'commit':'x'}",
        "{\"delete\":\"a\\ud800\"}",
        "// a comment"
      })
  void aBadLineExits1AndNamesTheLineAndEarlierCommitsStand(String bad) {
    String edits =
        Cli.set("a", "1")
            + "\n{\"commit\":\"one\"}\n"
            + Cli.set("b", "2")
            + "\n"
            + bad
            + "\n{\"commit\":\"two\"}\n";
    Cli.Result result = Cli.with(edits, "apply", repo, "--json").exits(1);
    assertThat(result.lines()).hasSize(1);
    assertThat(result.error().path("message").asText()).contains("line 4");
    assertThat(Cli.run("ls", repo, "main", "--json").lines()).hasSize(1);
  }

  @Test
  void aLineThatIsNotUtf8IsBad() {
    byte[] bad = {
      '{', '"', 'c', 'o', 'm', 'm', 'i', 't', '"', ':', '"', (byte) 0xC3, '"', '}', '\n'
    };
    assertThat(Cli.with(bad, "apply", repo, "--json").exits(1).error().path("message").asText())
        .contains("line 1")
        .contains("UTF-8");
  }

  @Test
  void aFileThatIsNotThereExits5AndNamesTheLine() {
    String edits =
        Cli.set("a", "1")
            + "\n"
            + JsonLine.nested().put("put", "b").put("file", directory + "/no")
            + "\n{\"commit\":\"x\"}\n";
    JsonNode error = Cli.with(edits, "apply", repo, "--json").exits(5).error();
    assertThat(error.path("message").asText()).contains("line 2").contains("/no");
    assertThat(Cli.run("branch", repo, "--json").lines()).isEmpty();
  }

  @Test
  void aFileThatCannotBeAValueIsABadLine() {
    for (String file : new String[] {directory.toString(), "a\0b", ""}) {
      String line = JsonLine.nested().put("put", "b").put("file", file) + "\n{\"commit\":\"x\"}\n";
      assertThat(Cli.with(line, "apply", repo, "--json").exits(1).error().path("message").asText())
          .contains("line 1");
    }
  }

  @Test
  void writesToTheBranchGiven() {
    Cli.with(Cli.set("a", "1") + "\n{\"commit\":\"one\"}\n", "apply", repo, "-b", "trial").exits(0);
    assertThat(Cli.run("branch", repo, "--json").only().path("name").asText()).isEqualTo("trial");
    Cli.with("", "apply", repo, "-b", "no good", "--json").exits(2).error();
    Cli.with("", "apply", directory.resolve("none").toString(), "--json").exits(5).error();
  }

  /** A stream that others can watch: each commit is told before the next edit is asked for. */
  @Test
  void aCommitIsToldAtOnceAndAGroupIsMadeAgainstWhatWasSeenLast() throws Exception {
    Live apply = new Live(repo);
    apply.send(Cli.set("a", "1"), "{\"commit\":\"one\"}");
    assertThat(apply.next().path("unchanged").asBoolean()).isFalse();

    // Others change another key: the next group is applied on top of it.
    String theirs = Cli.put(repo, "b", "theirs").path("commit").asText();
    apply.send(Cli.set("a", "2"), "{\"commit\":\"two\"}");
    assertThat(apply.next().path("parents").get(0).asText()).isEqualTo(theirs);

    // Others change the same key: the group clashes, though a fresh read would have seen the
    // change.
    Cli.put(repo, "a", "theirs");
    apply.send(Cli.set("a", "3"), Cli.set("c", "3"), "{\"commit\":\"three\"}");
    JsonNode conflict = apply.next();
    assertThat(conflict.path("type").asText()).isEqualTo("conflict");
    assertThat(conflict.path("key").asText()).isEqualTo("a");
    assertThat(apply.end()).isEqualTo(4);
    assertThat(Cli.run("cat", repo, "main", "a").out()).isEqualTo("theirs");
    Cli.run("cat", repo, "main", "c").exits(5);
  }

  @Test
  void aThousandCommitsGoThroughOneProcess() {
    StringBuilder edits = new StringBuilder();
    for (int i = 0; i < 1000; i++) {
      edits
          .append(Cli.set("k/" + i % 10, "v" + i))
          .append("\n{\"commit\":\"c")
          .append(i)
          .append("\"}\n");
    }
    assertThat(Cli.with(edits.toString(), "apply", repo, "--json").exits(0).lines()).hasSize(1000);
    assertThat(Cli.run("log", repo, "--json", "-n", "1").only().path("message").asText())
        .isEqualTo("c999");
    assertThat(Cli.run("ls", repo, "main~990", "-r", "--json").lines()).hasSize(10);
  }

  /** An apply that runs while the test feeds it. */
  private static final class Live {
    private final PipedOutputStream in = new PipedOutputStream();
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> exit;

    Live(String repo) throws IOException {
      InputStream fed = new PipedInputStream(in, 1 << 16);
      ByteArrayOutputStream out =
          new ByteArrayOutputStream() {
            @Override
            public synchronized void flush() {
              String text = toString(StandardCharsets.UTF_8);
              reset();
              text.lines().forEach(lines::add);
            }
          };
      Console console =
          new Console(fed, out, new ByteArrayOutputStream(), false, Map.of(), Backends.SYSTEM);
      exit = CompletableFuture.supplyAsync(() -> Main.run(console, "apply", repo, "--json"));
    }

    void send(String... edits) throws IOException {
      in.write((String.join("\n", edits) + "\n").getBytes(StandardCharsets.UTF_8));
      in.flush();
    }

    JsonNode next() throws InterruptedException {
      String line = lines.poll(60, TimeUnit.SECONDS);
      assertThat(line).isNotNull();
      return Cli.parse(String.valueOf(line));
    }

    int end() throws Exception {
      in.close();
      return exit.get(60, TimeUnit.SECONDS);
    }
  }
}
