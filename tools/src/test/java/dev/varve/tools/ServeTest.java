package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServeTest {
  @TempDir private Path directory;

  /** The command in a thread of its own, until it is interrupted. */
  private static final class Running implements AutoCloseable {
    private final PipedOutputStream out = new PipedOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final BufferedReader lines;
    private final Thread thread;
    private final int[] exit = {-1};

    Running(Map<String, String> environment, String... args) throws IOException {
      lines =
          new BufferedReader(
              new InputStreamReader(new PipedInputStream(out), StandardCharsets.UTF_8));
      Console console =
          new Console(
              new ByteArrayInputStream(new byte[0]), out, err, false, environment, Backends.SYSTEM);
      thread =
          new Thread(
              () -> {
                exit[0] = Main.run(console, args);
              });
      thread.start();
    }

    JsonNode line() throws IOException {
      return Cli.parse(lines.readLine());
    }

    String log() {
      return err.toString(StandardCharsets.UTF_8);
    }

    int stop() throws InterruptedException {
      thread.interrupt();
      thread.join();
      return exit[0];
    }

    @Override
    public void close() {
      try {
        stop();
      } catch (InterruptedException stop) {
        throw new AssertionError(stop);
      }
    }
  }

  private static HttpResponse<String> get(String url, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void servesFromABucket() throws Exception {
    try (HttpBucket bucket = new HttpBucket("bucket")) {
      Cli.run(bucket.args("init", "s3://bucket/far/r")).exits(0);
      Cli.run(bucket.args("put", "s3://bucket/far/r", "air/c/0", value("one"))).exits(0);
      String[] serve = bucket.args("serve", "s3://bucket/far/r", "--port", "0", "--json");
      try (Running serving = new Running(Map.of(), serve)) {
        String url = serving.line().path("url").asText();
        assertThat(get(url + "r/@main/air/c/0").body()).isEqualTo("one");
        Cli.run(bucket.args("put", "s3://bucket/far/r", "air/c/0", value("two"))).exits(0);
        assertThat(get(url + "r/@main/air/c/0").body()).isEqualTo("two");
      }
    }
  }

  private String value(String text) throws IOException {
    return Files.writeString(directory.resolve("value"), text).toString();
  }

  @Test
  void servesUntilItIsToldToEnd() throws Exception {
    String repo = Cli.repository(directory);
    Cli.put(repo, "air/c/0", "one");
    try (Running serve =
        new Running(Map.of(), "serve", repo + "/", "--port", "0", "--json", "--access-log")) {
      JsonNode line = serve.line();
      assertThat(line.path("type").asText()).isEqualTo("serving");
      assertThat(line.path("repositories").toString()).isEqualTo("[\"r\"]");
      String url = line.path("url").asText();

      assertThat(get(url + "r/@main/air/c/0").body()).isEqualTo("one");
      // By another opening of the same storage, as another process would.
      Cli.put(repo, "air/c/0", "two");
      assertThat(get(url + "r/@main/air/c/0").body()).isEqualTo("two");
      assertThat(get(url + "r/@main~1/air/c/0").body()).isEqualTo("one");
      assertThat(serve.stop()).isZero();
      assertThat(serve.log()).contains("GET /r/@main/air/c/0 HTTP/");
    }
  }

  @Test
  void aTokenProtectsAllButWhatIsPublic() throws Exception {
    String one = Cli.repository(directory);
    String two = directory.resolve("open").toString();
    Cli.run("init", two).exits(0);
    Cli.put(one, "a", "1");
    Cli.put(two, "a", "2");
    try (Running serve =
        new Running(
            Map.of("VARVE_TOKEN", "s3cret"),
            "serve",
            one,
            two,
            "--port",
            "0",
            "--public",
            "open",
            "--json")) {
      String url = serve.line().path("url").asText();

      assertThat(get(url + "r/@main/a").statusCode()).isEqualTo(401);
      assertThat(get(url + "r/@main/a", "Authorization", "Bearer s3cret").body()).isEqualTo("1");
      assertThat(get(url + "open/@main/a").body()).isEqualTo("2");
    }
  }

  @Test
  void aPortThatIsTakenFails() throws Exception {
    String repo = Cli.repository(directory);
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Cli.Result result =
          Cli.run("serve", repo, "--port", Integer.toString(taken.getLocalPort()), "--json")
              .exits(1);

      assertThat(result.error().path("message").asText()).contains("port " + taken.getLocalPort());
    }
  }

  @Test
  void whatCannotBeServedIsRefused() {
    String repo = Cli.repository(directory);
    String other = Cli.repository(directory.resolve("other"));

    assertThat(Cli.run("serve", repo, other, "--json").exits(2).error().path("message").asText())
        .contains("two repositories are called 'r'", repo, other);
    assertThat(
            Cli.run("serve", directory.resolve("none").toString(), "--json")
                .exits(5)
                .error()
                .path("code")
                .asText())
        .isEqualTo("not-found");
    Cli.run("serve").exits(2);
    Cli.run("serve", repo, "--port", "70000").exits(2);
    Cli.run("serve", repo, "--public", "other").exits(2);
    Cli.run("serve", repo, "--token", "").exits(2);
    Cli.run("serve", repo, "--tls", directory.resolve("none.p12").toString()).exits(5);
  }

  @Test
  void aProcessEndsAtSigterm() throws Exception {
    String repo = Cli.repository(directory);
    Cli.put(repo, "a", "1");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--add-opens",
            "java.base/java.nio=ALL-UNNAMED",
            "--add-opens",
            "java.base/sun.nio.ch=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "serve",
            repo,
            "--port",
            "0",
            "--json"));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      String url = Cli.parse(lines.readLine()).path("url").asText();
      String commit = Cli.parse(get(url + "r/refs/main").body()).path("commit").asText();
      HttpClient client = HttpClient.newHttpClient();
      var waiting =
          client.sendAsync(
              HttpRequest.newBuilder(URI.create(url + "r/refs/main?timeout=600&wait=" + commit))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      while (!get(url + "metrics").body().contains("varve_watchers 1\n")) {
        Thread.onSpinWait();
      }

      process.destroy();

      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(Cli.parse(waiting.get(10, TimeUnit.SECONDS).body()).path("commit").asText())
          .isEqualTo(commit);
    } finally {
      process.destroyForcibly();
    }
  }
}
