package dev.varve.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.hash.ContentHash;
import dev.varve.tree.Key;
import dev.varve.version.CommitInfo;
import dev.varve.version.Transaction;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PagesTest {
  private static final Pattern LINK = Pattern.compile("href=[\"']([^\"']*)[\"']");
  private static final String ARRAY =
      "{\"zarr_format\":3,\"node_type\":\"array\",\"shape\":[4,%d],\"data_type\":\"int8\",\"chunk_grid\":"
          + "{\"name\":\"regular\",\"configuration\":{\"chunk_shape\":[1,1]}},\"chunk_key_encoding\":{\"name\":\"default\"},"
          + "\"fill_value\":0,\"codecs\":[{\"name\":\"bytes\"}],\"attributes\":{\"title\":\"<script>x</script>\"}}";
  private static final String GROUP = "{\"zarr_format\":3,\"node_type\":\"group\"}";

  private final Served ocean = Served.inMemory();

  @AfterEach
  void stop() {
    ocean.close();
  }

  private ContentHash fill() {
    ContentHash one =
        ocean.commit(
            "main",
            "zarr.json",
            GROUP,
            "g/zarr.json",
            GROUP,
            "g/air & <sea>/zarr.json",
            ARRAY.formatted(2),
            "g/air & <sea>/c/0/0",
            "a",
            "a b%?#/x",
            "odd",
            "bad/zarr.json",
            "no json");
    ocean.tag("v1", one);
    ocean.commit("main", "g/air & <sea>/zarr.json", ARRAY.formatted(3), "g/air & <sea>/c/0/1", "b");
    ocean.commit("in/gest", "zarr.json", GROUP);
    try (Transaction transaction = ocean.repository().begin("main")) {
      transaction.put(Key.of("x"), Served.bytes("1"));
      Served.committed(
          transaction.commit(CommitInfo.of("<img src=x onerror=alert(1)>\n\nsecond line")));
    }
    return one;
  }

  @Test
  void everyLinkOnEveryPageLeadsSomewhere() {
    fill();
    Deque<String> open = new ArrayDeque<>(Set.of("/"));
    Set<String> seen = new LinkedHashSet<>(open);
    int pages = 0;
    while (!open.isEmpty()) {
      String path = open.pop();
      HttpResponse<byte[]> response = ocean.get(path);
      assertThat(response.statusCode()).as(path).isEqualTo(200);
      if (!Served.header(response, "Content-Type").startsWith("text/html")) {
        continue;
      }
      pages++;
      String html = Served.text(response);
      assertThat(html).as(path).doesNotContain("<script").doesNotContain("<img");
      assertThat(Served.header(response, "Content-Security-Policy")).contains("default-src 'none'");
      Matcher links = LINK.matcher(html);
      while (links.find()) {
        URI target = URI.create(path).resolve(links.group(1).replace("&amp;", "&"));
        assertThat(target.getHost()).as("a link elsewhere on " + path).isNull();
        String next = target.getRawPath() == null ? "/" : target.toString().replaceFirst("#.*", "");
        if (!next.startsWith("data:") && seen.add(next)) {
          open.add(next);
        }
      }
    }
    assertThat(pages).isGreaterThan(25);
    assertThat(seen).anyMatch(path -> path.contains("in%2Fgest"));
  }

  @Test
  void aRepositorysPageShowsWhatItHolds() {
    ContentHash one = fill();

    String html = Served.text(ocean.get("/ocean/"));

    assertThat(html)
        .contains(
            "/g/air &amp; &lt;sea&gt;",
            "4 &times; 3",
            "int8",
            "in/gest",
            "v1",
            one.toString().substring(0, 10))
        .contains("http://127.0.0.1:" + ocean.server().port() + "/ocean/@main/")
        .contains(
            "xr.open_zarr(&quot;http://127.0.0.1:"
                + ocean.server().port()
                + "/ocean/@main+consolidated/&quot;")
        .contains("&lt;img src=x onerror=alert(1)&gt;");
    assertThat(Served.text(ocean.get("/ocean/?rev=v1"))).contains("4 &times; 2");
  }

  @Test
  void anArraysPageShowsItsDocument() {
    fill();

    String html =
        Served.text(ocean.get("/ocean/browse/v1/g/" + RequestPath.encode("air & <sea>") + "/"));

    assertThat(html)
        .contains(
            "4 &times; 2",
            "&lt;script&gt;x&lt;/script&gt;",
            "1 keys for 8 chunks",
            "|zarr3:",
            "tensorstore");
  }

  @Test
  void aCommitsPageShowsWhatItChanged() {
    fill();

    assertThat(Served.text(ocean.get("/ocean/commit/main~1")))
        .contains("4 &times; 2 &rarr; 4 &times; 3", "1 added");
    assertThat(Served.text(ocean.get("/ocean/commit/main"))).contains("second line");
  }

  @Test
  void anEmptyRepositoryHasAPageToo() {
    assertThat(Served.text(ocean.get("/"))).contains("ocean", "empty");
    assertThat(Served.text(ocean.get("/ocean/"))).contains("Nothing was committed yet");
    assertThat(ocean.get("/ocean/@main/zarr.json").statusCode()).isEqualTo(404);
  }

  @Test
  void aRepositoryWithoutItsSlashIsSentThere() {
    fill();

    HttpResponse<byte[]> response = ocean.get("/ocean");

    assertThat(response.statusCode()).isEqualTo(308);
    assertThat(Served.header(response, "Location")).isEqualTo("/ocean/");
  }

  @Test
  void aPersonWhoFollowsADeadLinkSeesAPage() {
    fill();

    HttpResponse<byte[]> response =
        ocean.get("/ocean/@main/%3Cb%3E", "Accept", "text/html,application/xhtml+xml,*/*");

    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(Served.header(response, "Content-Type")).startsWith("text/html");
    assertThat(Served.text(response)).contains("&lt;b&gt;").doesNotContain("<b>");
  }
}
