package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReadsTest {
  @TempDir Path directory;
  private String repo = "";

  @BeforeEach
  void init() {
    repo = Cli.repository(directory);
  }

  @Test
  void readingANewRepositoryExits5() {
    for (String command : new String[] {"log", "show", "ls", "tree", "hash"}) {
      JsonNode error = Cli.run(command, repo, "--json").exits(5).error();
      assertThat(error.path("code").asText()).isEqualTo("not-found");
    }
    Cli.run("verify", repo, "main", "--json").exits(5).error();
    assertThat(Cli.run("verify", repo, "--json").exits(0).only().path("objects").asInt()).isZero();
    assertThat(Cli.run("refs", repo, "--json").exits(0).lines()).isEmpty();
  }

  @Test
  void logIsNewestFirstWithEveryField() {
    JsonNode first = Cli.put(repo, "a", "1", "-m", "one\nand more");
    JsonNode second = Cli.put(repo, "a", "2");
    var log = Cli.run("log", repo, "--json").exits(0).lines();
    assertThat(log).hasSize(2);
    JsonNode newest = log.get(0);
    assertThat(Cli.fields(newest))
        .containsExactly(
            "type", "commit", "parents", "root", "time", "author", "message", "attributes");
    assertThat(newest.path("commit")).isEqualTo(second.path("commit"));
    assertThat(newest.path("root")).isEqualTo(second.path("root"));
    assertThat(newest.path("parents").get(0)).isEqualTo(first.path("commit"));
    assertThat(newest.path("time").asText())
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
    assertThat(newest.path("attributes").isObject()).isTrue();
    assertThat(log.get(1).path("message").asText()).isEqualTo("one\nand more");
    assertThat(Cli.run("log", repo, "-n", "1", "--json").only()).isEqualTo(newest);
    assertThat(Cli.run("log", repo, "-n", "0", "--json").exits(0).lines()).isEmpty();
    assertThat(Cli.run("log", repo, "main~1", "--json").only()).isEqualTo(log.get(1));
    Cli.run("log", repo, "-n", "-1", "--json").exits(2).error();
    Cli.run("log", repo, "-n", "x", "--json").exits(2).error();
  }

  @Test
  void logOfAPathTellsOnlyWhatChangedThere() {
    Cli.put(repo, "air/c/0", "1");
    Cli.put(repo, "sea/c/0", "1");
    Cli.put(repo, "air/c/1", "2");
    Cli.put(repo, "airy", "2");
    Cli.run("rm", repo, "air/c/0").exits(0);
    for (String path : new String[] {"/air", "air", "/air/", "air/c"}) {
      assertThat(Cli.run("log", repo, "--path", path, "--json").lines())
          .extracting(line -> line.path("message").asText())
          .containsExactly("rm air/c/0", "put air/c/1", "put air/c/0");
    }
    assertThat(Cli.run("log", repo, "--path", "air/c/1", "--json").only().path("message").asText())
        .isEqualTo("put air/c/1");
    assertThat(Cli.run("log", repo, "--path", "/", "--json").lines()).hasSize(5);
    assertThat(Cli.run("log", repo, "--path", "/air", "-n", "2", "--json").lines()).hasSize(2);
    Cli.run("log", repo, "--path", "/nosuch", "--json").exits(5).error();
    Cli.run("log", repo, "--path", "a//b", "--json").exits(2).error();
  }

  @Test
  void logOfAPathFollowsTheSideOfAMergeThatChangedIt() {
    Cli.put(repo, "a", "1");
    Cli.run("branch", repo, "side").exits(0);
    Cli.put(repo, "b", "2", "-b", "side");
    Cli.put(repo, "c", "3");
    Cli.run("merge", repo, "side").exits(0);
    assertThat(Cli.run("log", repo, "--json").lines()).hasSize(4);
    assertThat(Cli.run("log", repo, "--path", "b", "--json").only().path("message").asText())
        .isEqualTo("put b");
  }

  @Test
  void showCountsWhatIsThere() {
    Cli.apply(
        repo,
        "some",
        Cli.set(".zgroup", "{\"zarr_format\":2}"),
        Cli.set("air/.zarray", Zarr.ARRAY_V2),
        Cli.set("air/0.0", "1"),
        Cli.set("air/1.1", "22"),
        Cli.set("air/9.9", "outside"),
        Cli.set("notes.txt", "file"));
    JsonNode shown = Cli.run("show", repo, "--json").exits(0).only();
    assertThat(Cli.fields(shown))
        .containsExactly(
            "type",
            "commit",
            "parents",
            "root",
            "time",
            "author",
            "message",
            "attributes",
            "keys",
            "bytes",
            "groups",
            "arrays",
            "chunks");
    assertThat(shown.path("keys").asInt()).isEqualTo(6);
    assertThat(shown.path("bytes").asInt()).isEqualTo(17 + Zarr.ARRAY_V2.length() + 1 + 2 + 7 + 4);
    assertThat(shown.path("groups").asInt()).isEqualTo(1);
    assertThat(shown.path("arrays").asInt()).isEqualTo(1);
    assertThat(shown.path("chunks").asInt()).isEqualTo(2);
    assertThat(Cli.run("show", repo, "main").exits(0).out()).contains("1 group, 1 array, 2 chunks");
  }

  @Test
  void lsListsOneLevelInOrderOfWholeKeys() {
    Cli.apply(
        repo,
        "some",
        Cli.set("a/b", "1"),
        Cli.set("a.b", "2"),
        Cli.set("a0", "3"),
        Cli.set("\ud83d\ude00", ""),
        Cli.set("\uffee", "5"));
    var level = Cli.run("ls", repo, "main", "--json").exits(0).lines();
    // '.' < '/' < '0', and U+FFEE before what UTF-16 would put first.
    assertThat(level)
        .extracting(line -> line.path("key").asText())
        .containsExactly("a.b", "a/", "a0", "\uffee", "\ud83d\ude00");
    assertThat(Cli.fields(level.get(0))).containsExactly("type", "key", "length", "hash");
    assertThat(level.get(0).path("type").asText()).isEqualTo("entry");
    assertThat(level.get(0).path("length").asInt()).isEqualTo(1);
    assertThat(Cli.fields(level.get(1))).containsExactly("type", "key");
    assertThat(level.get(1).path("type").asText()).isEqualTo("prefix");
    // sha256sum of nothing.
    assertThat(level.get(4).path("hash").asText())
        .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  }

  @Test
  void lsTakesADirectoryWithOrWithoutItsSlash() {
    Cli.apply(repo, "some", Cli.set("a/b/c", "1"), Cli.set("a/d", "2"), Cli.set("e", "3"));
    for (String prefix : new String[] {"a", "a/"}) {
      assertThat(Cli.run("ls", repo, "main", prefix, "--json").exits(0).lines())
          .extracting(line -> line.path("key").asText())
          .containsExactly("a/b/", "a/d");
      assertThat(Cli.run("ls", repo, "main", prefix, "-r", "--json").exits(0).lines())
          .extracting(line -> line.path("key").asText())
          .containsExactly("a/b/c", "a/d");
    }
    assertThat(Cli.run("ls", repo, "main", "-r").out()).isEqualTo("a/b/c\na/d\ne\n");
    assertThat(Cli.run("ls", repo, "main", "-l").out().lines())
        .hasSize(2)
        .last()
        .asString()
        .endsWith("  e");
    Cli.run("ls", repo, "main", "nosuch", "--json").exits(5).error();
    Cli.run("ls", repo, "main", "e", "--json").exits(5).error();
    Cli.run("ls", repo, "main", "nosuch", "-r", "--json").exits(5).error();
    Cli.run("ls", repo, "main", "/a", "--json").exits(2).error();
    Cli.run("ls", repo, "nosuch", "--json").exits(5).error();
  }

  @Test
  void treeShowsGroupsAndArrays() {
    Cli.apply(
        repo,
        "some",
        Cli.set("zarr.json", Zarr.groupV3("{}")),
        Cli.set("g/zarr.json", Zarr.groupV3("{}")),
        Cli.set("g/air/zarr.json", Zarr.arrayV3("4, 6", "{}")),
        Cli.set("g/air/c/0/0", "1"),
        Cli.set("g/air/c/1/1", "1"),
        Cli.set("g/air/c/7/7", "outside the grid"),
        Cli.set("old/.zarray", Zarr.ARRAY_V2));
    var nodes = Cli.run("tree", repo, "--json").exits(0).lines();
    assertThat(nodes)
        .extracting(line -> line.path("path").asText())
        .containsExactly("/", "/g", "/g/air", "/old");
    assertThat(Cli.fields(nodes.get(0))).containsExactly("type", "path", "zarr_format");
    JsonNode air = nodes.get(2);
    assertThat(Cli.fields(air))
        .containsExactly(
            "type",
            "path",
            "zarr_format",
            "shape",
            "chunks",
            "data_type",
            "chunks_present",
            "chunks_total");
    assertThat(air.path("type").asText()).isEqualTo("array");
    assertThat(air.path("zarr_format").asInt()).isEqualTo(3);
    assertThat(air.path("shape").toString()).isEqualTo("[4,6]");
    assertThat(air.path("chunks").toString()).isEqualTo("[2,3]");
    assertThat(air.path("data_type").asText()).isEqualTo("int16");
    assertThat(air.path("chunks_present").asInt()).isEqualTo(2);
    assertThat(air.path("chunks_total").asInt()).isEqualTo(4);
    assertThat(nodes.get(3).path("zarr_format").asInt()).isEqualTo(2);
    assertThat(Cli.run("tree", repo).exits(0).out()).contains("2 of 4 there");
  }

  @Test
  void treeTellsADocumentThatCannotBeRead() {
    Cli.put(repo, "bad/.zarray", "{");
    JsonNode node = Cli.run("tree", repo, "--json").exits(0).only();
    assertThat(node.path("type").asText()).isEqualTo("unreadable");
    assertThat(node.path("path").asText()).isEqualTo("/bad");
  }

  @Test
  void treeCountsMoreChunksThanALongHolds() {
    Cli.put(repo, "a/.zarray", Zarr.arrayV2("9223372036854775807, 9223372036854775807"));
    assertThat(
            Cli.run("tree", repo, "--json")
                .only()
                .path("chunks_total")
                .decimalValue()
                .toBigInteger())
        .isGreaterThan(new BigInteger("9223372036854775807"));
  }

  @ParameterizedTest
  @CsvSource({
    "0-0,0",
    "0-,0123456789",
    "3-5,345",
    "8-100,89",
    "-3,789",
    "-100,0123456789",
    "9-9,9",
    "0-99999999999999999999,0123456789",
    "007-008,78"
  })
  void catPrintsARange(String range, String expected) {
    Cli.put(repo, "a", "0123456789");
    assertThat(Cli.run("cat", repo, "main", "a", "--range", range).exits(0).out())
        .isEqualTo(expected);
    assertThat(Cli.run("cat", repo, "main", "a", "--range=" + range).exits(0).out())
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        "a-b",
        "5-3",
        "1",
        "1-2-3",
        "+1-2",
        "0x1-2",
        "10-",
        "10-20",
        "-0",
        "99999999999999999999-",
        " 1-2"
      })
  void catRefusesARangeThatIsMalformedOrSelectsNothing(String range) {
    Cli.put(repo, "a", "0123456789");
    Cli.Result result = Cli.run("cat", repo, "main", "a", "--json", "--range=" + range).exits(2);
    assertThat(result.out()).isEmpty();
    assertThat(result.error().path("code").asText()).isEqualTo("usage");
  }

  @Test
  void catOfAnEmptyValuePrintsNothing() {
    Cli.put(repo, "a", "");
    assertThat(Cli.run("cat", repo, "main", "a").exits(0).bytes()).isEmpty();
    Cli.run("cat", repo, "main", "a", "--range", "0-", "--json").exits(2).error();
  }

  @Test
  void catOfAnAbsentKeyExits5() {
    Cli.put(repo, "a/b", "1");
    assertThat(Cli.run("cat", repo, "main", "a", "--json").exits(5).error().path("code").asText())
        .isEqualTo("not-found");
    Cli.run("cat", repo, "main", "/a/b", "--json").exits(2).error();
    Cli.run("cat", repo, "nosuch", "a/b", "--json").exits(5).error();
    Cli.run("cat", repo, "main", "--json").exits(2).error();
  }

  @Test
  void hashOfTheRootIsTheCommitsRoot() {
    JsonNode made = Cli.put(repo, "a/b", "1");
    JsonNode hash = Cli.run("hash", repo, "--json").exits(0).only();
    assertThat(Cli.fields(hash)).containsExactly("type", "path", "hash", "keys", "bytes");
    assertThat(hash.path("path").asText()).isEqualTo("/");
    assertThat(hash.path("hash")).isEqualTo(made.path("root"));
    assertThat(hash.path("keys").asInt()).isEqualTo(1);
    assertThat(hash.path("bytes").asInt()).isEqualTo(1);
    assertThat(Cli.run("hash", repo, "main", "--path", "/", "--json").only()).isEqualTo(hash);
  }

  @Test
  void hashIsEqualForEqualContentWhereverItLies() {
    JsonNode alone = Cli.apply(repo, "x", Cli.set(".zarray", Zarr.ARRAY_V2), Cli.set("0.0", "1"));
    Cli.apply(
        repo,
        "copies",
        Cli.set("deep/er/air/.zarray", Zarr.ARRAY_V2),
        Cli.set("deep/er/air/0.0", "1"),
        Cli.set("air/.zarray", Zarr.ARRAY_V2),
        Cli.set("air/0.0", "1"),
        Cli.set("other/.zarray", Zarr.ARRAY_V2),
        Cli.set("other/0.0", "2"));
    JsonNode deep = Cli.run("hash", repo, "--path", "/deep/er/air", "--json").exits(0).only();
    assertThat(deep.path("path").asText()).isEqualTo("/deep/er/air");
    assertThat(deep.path("hash")).isEqualTo(alone.path("root"));
    assertThat(Cli.run("hash", repo, "--path", "air/", "--json").only().path("hash"))
        .isEqualTo(alone.path("root"));
    assertThat(Cli.run("hash", repo, "--path", "/other", "--json").only().path("hash"))
        .isNotEqualTo(alone.path("root"));
    Cli.run("hash", repo, "--path", "/nosuch", "--json").exits(5).error();
    Cli.run("hash", repo, "--path", "", "--json").exits(2).error();
    Cli.run("hash", repo, "--path", "/a//b", "--json").exits(2).error();
  }

  @Test
  void aPrefixOfAnIdNamesACommitUnlessTwoBeginWithIt() {
    String id = Cli.put(repo, "a", "1").path("commit").asText();
    assertThat(Cli.run("show", repo, id.substring(0, 8), "--json").only().path("commit").asText())
        .isEqualTo(id);
    Cli.run("show", repo, id.substring(0, 3), "--json").exits(5).error();
    Cli.run("show", repo, id, "--json").exits(0);
    assertThat(Cli.run("show", repo, "main@{2000-01-01T00:00Z}", "--json").exits(5).err())
        .contains("main");
    Cli.run("show", repo, "main@{2999-01-01T00:00Z}", "--json").exits(0);
    for (String malformed :
        new String[] {"main~x", "main@{yesterday}", "main@{2026-01-01T00:00Z", "~1"}) {
      assertThat(Cli.run("show", repo, malformed, "--json").exit()).as(malformed).isIn(2, 5);
    }
    Cli.run("show", repo, "main~1", "--json").exits(5).error();
  }
}
