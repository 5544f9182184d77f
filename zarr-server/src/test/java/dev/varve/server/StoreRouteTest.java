package dev.varve.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.varve.hash.ContentHash;
import dev.varve.ref.RefName;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoreRouteTest {
  private static final String FOR_EVER = "public, max-age=31536000, immutable";

  private final Served ocean = Served.inMemory();

  @AfterEach
  void stop() {
    ocean.close();
  }

  @Test
  void answersWithTheStoredBytesAndTheirHash() {
    byte[] value = {0, 1, 2, -1, 13, 10, 0};
    ContentHash commit = ocean.commit("air/c/0", value);

    HttpResponse<byte[]> response =
        ocean.get("/ocean/@main/air/c/0", "Accept-Encoding", "gzip, br");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo(value);
    assertThat(Served.header(response, "ETag")).isEqualTo('"' + Served.sha256(value) + '"');
    assertThat(Served.header(response, "Content-Length")).isEqualTo("7");
    assertThat(Served.header(response, "Content-Type")).isEqualTo("application/octet-stream");
    assertThat(Served.header(response, "Accept-Ranges")).isEqualTo("bytes");
    assertThat(Served.header(response, "Varve-Commit")).isEqualTo(commit.toString());
    assertThat(Served.header(response, "Last-Modified"))
        .matches("\\w{3}, \\d\\d \\w{3} 2023 [0-9:]{8} GMT");
    assertThat(Served.header(response, "Date")).endsWith(" GMT");
    assertThat(response.headers().map().keySet())
        .noneMatch(name -> name.startsWith("x-amz-"))
        .doesNotContain("content-encoding", "server");
  }

  @Test
  void headGivesTheHeadersOfGet() {
    ocean.commit("main", "zarr.json", "{}", "air/c/0", "abc");

    for (String path :
        List.of(
            "/ocean/@main/zarr.json",
            "/ocean/@main/air/c/0",
            "/ocean/@main/",
            "/ocean/@main/air")) {
      HttpResponse<byte[]> get = ocean.get(path);
      HttpResponse<byte[]> head = ocean.head(path);

      assertThat(head.statusCode()).as(path).isEqualTo(200);
      assertThat(head.body()).isEmpty();
      for (String name :
          List.of("ETag", "Content-Length", "Content-Type", "Cache-Control", "Last-Modified")) {
        assertThat(Served.header(head, name))
            .as(path + " " + name)
            .isNotEmpty()
            .isEqualTo(Served.header(get, name));
      }
    }
  }

  @Test
  void headIgnoresRange() {
    ocean.commit("main", "a", "abcdef");

    HttpResponse<byte[]> head = ocean.head("/ocean/@main/a", "Range", "bytes=0-1");

    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(Served.header(head, "Content-Length")).isEqualTo("6");
  }

  @Test
  void anEmptyValueIsThere() {
    ocean.commit("main", "air/c/0", "");

    HttpResponse<byte[]> response = ocean.get("/ocean/@main/air/c/0");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEmpty();
    assertThat(Served.header(response, "Content-Length")).isEqualTo("0");
    assertThat(ocean.get("/ocean/@main/air/c/0", "Range", "bytes=0-").statusCode()).isEqualTo(416);
  }

  @Test
  void everyKindOfRevisionIsAStore() {
    ContentHash one = ocean.commit("main", "a", "one");
    ocean.tag("v1", one);
    String between = Json.time(Served.START + 60_000);
    ContentHash two = ocean.commit("main", "a", "two");
    ocean.commit("ingest/2026", "a", "other");
    String moment =
        Json.time(
            ocean
                .repository()
                .refs()
                .find(RefName.branch("main"))
                .orElseThrow()
                .record()
                .timeMillis());

    assertThat(Served.text(ocean.get("/ocean/@main/a"))).isEqualTo("two");
    assertThat(Served.text(ocean.get("/ocean/@main~1/a"))).isEqualTo("one");
    assertThat(Served.text(ocean.get("/ocean/@main%7E1/a"))).isEqualTo("one");
    assertThat(Served.text(ocean.get("/ocean/@v1/a"))).isEqualTo("one");
    assertThat(Served.text(ocean.get("/ocean/@" + one + "/a"))).isEqualTo("one");
    assertThat(Served.text(ocean.get("/ocean/@" + two.toString().substring(0, 12) + "/a")))
        .isEqualTo("two");
    assertThat(Served.text(ocean.get("/ocean/@" + two + "~1/a"))).isEqualTo("one");
    assertThat(Served.text(ocean.get("/ocean/@ingest%2F2026/a"))).isEqualTo("other");
    assertThat(Served.text(ocean.get("/ocean/@main@%7B" + moment + "%7D/a"))).isEqualTo("two");
    assertThat(
            Served.text(ocean.get("/ocean/%40main%40%7B" + between.replace(":", "%3A") + "%7D/a")))
        .isEqualTo("two");
  }

  @Test
  void aMovedBranchShowsAtOnceAlsoBehindIt() {
    ocean.commit("main", "a", "0");
    for (int i = 1; i < 20; i++) {
      ocean.commit("main", "a", Integer.toString(i));
      assertThat(Served.text(ocean.get("/ocean/@main/a"))).isEqualTo(Integer.toString(i));
      assertThat(Served.text(ocean.get("/ocean/@main~1/a"))).isEqualTo(Integer.toString(i - 1));
    }
  }

  @Test
  void onlyWhatCannotChangeMayBeKept() {
    ContentHash one = ocean.commit("main", "a", "one");
    ocean.commit("main", "a", "two");
    ocean.tag("v1", one);

    assertThat(cacheControl("@main/a")).isEqualTo("no-cache");
    assertThat(cacheControl("@main~1/a")).isEqualTo("no-cache");
    assertThat(cacheControl("@" + one.toString().substring(0, 10) + "/a")).isEqualTo("no-cache");
    assertThat(cacheControl("@main/")).isEqualTo("no-cache");
    assertThat(cacheControl("@" + one + "/a")).isEqualTo(FOR_EVER);
    assertThat(cacheControl("@v1/a")).isEqualTo(FOR_EVER);
    assertThat(cacheControl("@v1/")).isEqualTo(FOR_EVER);
    assertThat(cacheControl("@v1/absent")).isEqualTo(FOR_EVER);
    assertThat(cacheControl("@nowhere/a")).isEqualTo("no-cache");
  }

  private String cacheControl(String path) {
    return Served.header(ocean.get("/ocean/" + path), "Cache-Control");
  }

  @Test
  void aBranchIsCheckedCheaply() {
    ocean.commit("main", "a", "one");
    String tag = Served.header(ocean.get("/ocean/@main/a"), "ETag");

    HttpResponse<byte[]> same = ocean.get("/ocean/@main/a", "If-None-Match", tag);
    assertThat(same.statusCode()).isEqualTo(304);
    assertThat(same.body()).isEmpty();
    assertThat(Served.header(same, "ETag")).isEqualTo(tag);
    assertThat(Served.header(same, "Cache-Control")).isEqualTo("no-cache");

    ocean.commit("main", "b", "else");
    assertThat(ocean.get("/ocean/@main/a", "If-None-Match", tag).statusCode()).isEqualTo(304);

    ocean.commit("main", "a", "two");
    assertThat(ocean.get("/ocean/@main/a", "If-None-Match", tag).statusCode()).isEqualTo(200);
    assertThat(ocean.get("/ocean/@main/a", "If-Match", tag).statusCode()).isEqualTo(412);
    assertThat(ocean.head("/ocean/@main/a", "If-Match", "\"\"").statusCode()).isEqualTo(412);
    assertThat(ocean.head("/ocean/@main/absent", "If-Match", "\"\"").statusCode()).isEqualTo(404);
  }

  @Test
  void datesDecideForCommitsAndNotForBranches() {
    ContentHash one = ocean.commit("main", "a", "one");
    String date = Served.header(ocean.get("/ocean/@main/a"), "Last-Modified");

    assertThat(ocean.get("/ocean/@" + one + "/a", "If-Modified-Since", date).statusCode())
        .isEqualTo(304);
    assertThat(ocean.get("/ocean/@main/a", "If-Modified-Since", date).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "/ocean/@main/absent, no-such-key",
    "/ocean/@main/air/c/9, no-such-key",
    "/ocean/@main/air/c/0/x, no-such-key",
    "/ocean/@main/absent/, no-such-key",
    "/ocean/@main/air/c/0/, no-such-key",
    "/ocean/@nowhere/air, no-such-revision",
    "/ocean/@main~7/air, no-such-revision",
    "/ocean/@/air, no-such-revision",
    "/ocean/@main@%7Bnever%7D/air, no-such-revision",
    "/pond/@main/air, no-such-repository",
    "/pond/, no-such-repository",
    "/ocean/elsewhere, no-such-route",
  })
  void whatIsNotThereIs404AndSaysWhat(String path, String code) {
    ocean.commit("main", "air/c/0", "x");

    HttpResponse<byte[]> response = ocean.get(path);

    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(Served.header(response, "Varve-Error")).isEqualTo(code);
    assertThat(Served.json(response).path("code").asText()).isEqualTo(code);
    assertThat(ocean.head(path).statusCode()).isEqualTo(404);
  }

  @Test
  void namesAreDecodedOnce() {
    List<String> names =
        List.of(
            "my group/a b",
            "100%",
            "a%20b",
            "q?x=1",
            "h#1",
            "t\u00e9mp/\u6e29\u5ea6",
            "\uD83C\uDF0A",
            "a+b",
            "a;v=1",
            "x:y",
            "[0]",
            "<i>",
            "\"q\"",
            "'",
            "&amp;",
            "a\\b",
            "~",
            "@main",
            "%2e%2e",
            "%00",
            "..a",
            "...");
    List<String> edits = new ArrayList<>();
    names.forEach(name -> edits.addAll(List.of(name, "value of " + name)));
    ocean.commit("main", edits.toArray(String[]::new));

    for (String name : names) {
      HttpResponse<byte[]> response = ocean.get("/ocean/@main/" + RequestPath.encodePath(name));
      assertThat(response.statusCode()).as(name).isEqualTo(200);
      assertThat(Served.text(response)).isEqualTo("value of " + name);
    }
  }

  @Test
  void theIndexLeadsToEveryName() {
    List<String> names =
        List.of(
            "a b", "100%", "q?x", "h#1", "\u6e29\u5ea6", "x:y", "<i>", "\"q\"", ".zattrs", "d/e");
    List<String> edits = new ArrayList<>();
    names.forEach(name -> edits.addAll(List.of("g/" + name, "v " + name)));
    ocean.commit("main", edits.toArray(String[]::new));

    List<String> links = IndexParsers.fsspec(Served.text(ocean.get("/ocean/@main/g/")));

    assertThat(links).hasSize(names.size());
    for (String link : links) {
      HttpResponse<byte[]> child = ocean.get("/ocean/@main/g/" + link);
      assertThat(child.statusCode()).as(link).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/ocean/@main/../../../etc/passwd",
        "/ocean/@main/..%2F..%2Fetc%2Fpasswd",
        "/ocean/@main/%2e%2e/%2e%2e/etc/passwd",
        "/ocean/@main/%252e%252e/etc/passwd",
        "/ocean/@main/a/..",
        "/ocean/@main/a/../a",
        "/ocean/@main/./a",
        "/ocean/@main/%00",
        "/ocean/@main/a%00",
        "/ocean/@..%2F..%2Fother/a",
        "/ocean/@main/%2Fetc%2Fpasswd",
        "/../ocean/@main/a",
        "/ocean/../other/@main/a",
        "/..%2Fother/@main/a",
        "/ocean/@refs%2Fheads%2Fmain/a",
      })
  void nothingLeadsOutOfTheStore(String path) throws Exception {
    ocean.commit("main", "a", "inside");

    RawAnswer answer =
        RawAnswer.of(
            ocean.server().port(),
            "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    assertThat(answer.status()).isIn(400, 404);
    assertThat(answer.text()).doesNotContain("inside").doesNotContain("root:");
  }

  @Test
  void bracesNeedNoEncoding() throws Exception {
    ocean.commit("main", "a", "inside");
    String moment = Json.time(Served.START + 1_000_000);

    RawAnswer answer =
        RawAnswer.of(
            ocean.server().port(),
            "GET /ocean/@main@{" + moment + "}/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).endsWith("inside");
  }

  @Test
  void brokenEncodingIsABadRequest() throws Exception {
    RawAnswer answer =
        RawAnswer.of(
            ocean.server().port(),
            "GET /ocean/@main/a%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    assertThat(answer.status()).isEqualTo(400);
  }

  @Test
  void directoriesAreListedWithAndWithoutTheirSlash() {
    ocean.commit(
        "main", ".zgroup", "{}", "air/.zarray", "{}", "air/0.0", "xy", "deep/only/key", "z");

    String root = Served.text(ocean.get("/ocean/@main/"));
    assertThat(IndexParsers.fsspec(root)).containsExactly(".zgroup", "air/", "deep/");
    assertThat(IndexParsers.n5Directories(root)).containsExactly("..", "air", "deep");
    assertThat(IndexParsers.fsspec(Served.text(ocean.get("/ocean/@main"))))
        .containsExactly(".zgroup", "air/", "deep/");

    String single = Served.text(ocean.get("/ocean/@main/deep/"));
    assertThat(IndexParsers.fsspec(single)).containsExactly("only/");
    assertThat(IndexParsers.n5Directories(single)).containsExactly("..", "only");

    HttpResponse<byte[]> bare = ocean.get("/ocean/@main/air");
    assertThat(Served.header(bare, "Content-Type")).startsWith("text/html");
    assertThat(IndexParsers.fsspec(Served.text(bare))).containsExactly(".zarray", "0.0");
    assertThat(IndexParsers.n5All(Served.text(bare))).containsExactly("../", ".zarray", "0.0");
    assertThat(Served.text(bare)).contains("<base href='/ocean/@main/air/'>");
  }

  @Test
  void aListIsJsonWhereThatIsAskedFor() {
    ContentHash commit = ocean.commit("main", "air/zarr.json", "{}", "air/c/0", "xyz");

    HttpResponse<byte[]> response = ocean.get("/ocean/@main/air/", "Accept", "application/json");

    JsonNode json = Served.json(response);
    assertThat(json.path("commit").asText()).isEqualTo(commit.toString());
    assertThat(json.path("directory").asText()).isEqualTo("air/");
    assertThat(json.path("entries")).hasSize(2);
    assertThat(json.at("/entries/0").toString())
        .isEqualTo("{\"type\":\"prefix\",\"key\":\"air/c/\"}");
    assertThat(json.at("/entries/1/key").asText()).isEqualTo("air/zarr.json");
    assertThat(json.at("/entries/1/length").asLong()).isEqualTo(2);
    assertThat(json.at("/entries/1/hash").asText())
        .isEqualTo(Served.sha256("{}".getBytes(StandardCharsets.UTF_8)));
    assertThat(Served.header(response, "Vary")).isEqualTo("Accept");
  }

  @Test
  void aLargeDirectoryIsListedWhole() {
    String[] edits = new String[6000];
    for (int i = 0; i < edits.length; i += 2) {
      edits[i] = "a/" + i / 2 + ".0";
      edits[i + 1] = "v";
    }
    ocean.commit("main", edits);

    assertThat(IndexParsers.fsspec(Served.text(ocean.get("/ocean/@main/a/"))))
        .hasSize(3000)
        .doesNotHaveDuplicates();
    assertThat(
            Served.json(ocean.get("/ocean/@main/a", "Accept", "application/json")).path("entries"))
        .hasSize(3000);
    HttpResponse<byte[]> head = ocean.head("/ocean/@main/a/");
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.headers().firstValue("Content-Length")).isEmpty();
  }

  @Test
  void aListHasATagOfItsOwn() {
    ocean.commit("main", "a", "x");
    String tag = Served.header(ocean.get("/ocean/@main/"), "ETag");

    assertThat(ocean.get("/ocean/@main/", "If-None-Match", tag).statusCode()).isEqualTo(304);
    assertThat(
            ocean
                .get("/ocean/@main/", "If-None-Match", tag, "Accept", "application/json")
                .statusCode())
        .isEqualTo(200);
    ocean.commit("main", "b", "x");
    assertThat(ocean.get("/ocean/@main/", "If-None-Match", tag).statusCode()).isEqualTo(200);
  }

  @Test
  void aKeyMayHaveTheNameOfADirectory() {
    ocean.commit("main", "a", "value", "a/b", "below");

    assertThat(Served.text(ocean.get("/ocean/@main/a"))).isEqualTo("value");
    assertThat(IndexParsers.fsspec(Served.text(ocean.get("/ocean/@main/a/")))).containsExactly("b");
  }

  @Test
  void storedPagesAreNotShownAsPages() {
    ocean.commit("main", "x.html", "<script>alert(1)</script>", "README.md", "# read");

    HttpResponse<byte[]> page = ocean.get("/ocean/@main/x.html");
    assertThat(Served.header(page, "Content-Type")).isEqualTo("application/octet-stream");
    assertThat(Served.header(page, "X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(Served.header(ocean.get("/ocean/@main/README.md"), "Content-Type"))
        .startsWith("text/plain");
  }

  @Test
  void browsersOfOtherOriginsMayRead() {
    ocean.commit("main", "a", "abc");

    HttpResponse<byte[]> preflight =
        ocean.send(
            "OPTIONS",
            "/ocean/@main/a",
            "Origin",
            "https://viewer.example",
            "Access-Control-Request-Method",
            "GET",
            "Access-Control-Request-Headers",
            "range,if-match");
    assertThat(preflight.statusCode()).isEqualTo(204);
    assertThat(Served.header(preflight, "Access-Control-Allow-Origin")).isEqualTo("*");
    assertThat(Served.header(preflight, "Access-Control-Allow-Headers"))
        .contains("Range", "If-Match", "Authorization");
    assertThat(Served.header(preflight, "Access-Control-Allow-Methods")).contains("GET", "HEAD");
    for (String path : List.of("/ocean/@main/a", "/ocean/@main/absent", "/ocean/@main/")) {
      HttpResponse<byte[]> response = ocean.get(path, "Origin", "https://viewer.example");
      assertThat(Served.header(response, "Access-Control-Allow-Origin")).isEqualTo("*");
      assertThat(Served.header(response, "Access-Control-Expose-Headers"))
          .contains("Content-Range", "ETag", "Accept-Ranges", "Content-Length");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PUT", "DELETE", "POST", "PATCH"})
  void writingIsNotAllowed(String method) {
    ocean.commit("main", "a", "abc");

    HttpResponse<byte[]> response = ocean.send(method, "/ocean/@main/a");

    assertThat(response.statusCode()).isEqualTo(405);
    assertThat(Served.header(response, "Allow")).contains("GET", "HEAD");
    assertThat(Served.text(ocean.get("/ocean/@main/a"))).isEqualTo("abc");
  }

  @Test
  void queriesAreIgnored() {
    ocean.commit("main", "a", "abc");

    assertThat(Served.text(ocean.get("/ocean/@main/a?max-keys=1&token=x&y=%25zz")))
        .isEqualTo("abc");
  }
}
