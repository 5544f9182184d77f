package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DumpTest {
  @TempDir Path directory;
  private String repo = "";

  @BeforeEach
  void init() {
    repo = Cli.repository(directory);
    Cli.apply(repo, "one", Cli.set("a/.zgroup", "{}"), Cli.set("a/b", "xyz"), Cli.set("e", ""));
  }

  @Test
  void aCommitNamesTheRootsOfItsTrees() {
    JsonNode commit = Cli.run("dump", repo, "commit", "main", "--json").exits(0).only();
    assertThat(commit.path("type").asText()).isEqualTo("commit");
    assertThat(commit.path("generation").asInt()).isEqualTo(1);
    assertThat(commit.path("meta_keys").asInt()).isEqualTo(1);
    assertThat(commit.path("chunks_keys").asInt()).isEqualTo(2);
    JsonNode byId =
        Cli.run("dump", repo, "commit", commit.path("commit").asText(), "--json").exits(0).only();
    assertThat(byId).isEqualTo(commit);
    JsonNode leaf =
        Cli.run("dump", repo, "node", commit.path("chunks").asText(), "--json").exits(0).only();
    assertThat(leaf.path("type").asText()).isEqualTo("node");
    assertThat(leaf.path("level").asInt()).isZero();
    assertThat(leaf.path("entries").toString())
        .isEqualTo(
            "[{\"key\":\"a/b\",\"kind\":\"blob\",\"length\":3,\"hash\":"
                + "\"3608bca1e44ea6c4d268eb6db02260269892c0b42b86bbf1e77a6fa16c3c9282\"},"
                + "{\"key\":\"e\",\"kind\":\"empty\",\"length\":0,\"hash\":"
                + "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}]");
  }

  @Test
  void anInteriorNodeNamesItsChildren() {
    StringBuilder edits = new StringBuilder();
    for (int i = 0; i < 2000; i++) {
      edits.append(Cli.set("k/" + i, "v" + i)).append('\n');
    }
    Cli.with(edits + "{\"commit\":\"many\"}\n", "apply", repo).exits(0);
    String root = Cli.run("dump", repo, "commit", "main", "--json").only().path("chunks").asText();
    JsonNode node = Cli.run("dump", repo, "node", root, "--json").exits(0).only();
    assertThat(node.path("level").asInt()).isPositive();
    long keys = 0;
    for (JsonNode child : node.path("children")) {
      keys += child.path("keys").asLong();
    }
    assertThat(keys).isEqualTo(2002);
  }

  @Test
  void theConfigurationHasNoHash() {
    JsonNode config = Cli.run("dump", repo, "config", "--json").exits(0).only();
    assertThat(config.path("format").asInt()).isEqualTo(1);
    assertThat(config.path("hash").asText()).isEqualTo("sha256");
    assertThat(Cli.run("dump", repo, "config").exits(0).out()).contains("\"hash\" : \"sha256\"");
  }

  @Test
  void whatIsNoSuchObjectIsRefused() {
    String absent = "0".repeat(63) + "1";
    Cli.run("dump", repo, "node", absent, "--json").exits(5).error();
    Cli.run("dump", repo, "commit", absent, "--json").exits(5).error();
    Cli.run("dump", repo, "node", "xyz", "--json").exits(2).error();
    Cli.run("dump", repo, "node", "--json").exits(2).error();
    Cli.run("dump", repo, "tree", absent, "--json").exits(2).error();
    Cli.run("dump", repo, "config", absent, "--json").exits(0);
    // A commit is no node.
    String commit =
        Cli.run("dump", repo, "commit", "main", "--json").only().path("commit").asText();
    Cli.run("dump", repo, "node", commit, "--json").exits(1).error();
  }
}
