package dev.varve.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.memory.MemoryBackend;
import dev.varve.testkit.DamagedBackend;
import dev.varve.testkit.GeneratedSource;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Http2Test {
  private static final int LARGE = (8 << 20) + 12_345;

  @TempDir private Path folder;

  private static HttpClient.Builder client() {
    return HttpClient.newBuilder().version(HttpClient.Version.HTTP_2);
  }

  private static HttpResponse<byte[]> get(
      HttpClient client, ZarrServer server, String path, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(server.uri().resolve(path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  @Test
  void inTheClearAfterAnUpgrade() throws Exception {
    try (Served ocean = Served.inMemory()) {
      byte[] value = GeneratedSource.of(4, LARGE).open().readAllBytes();
      ocean.commit("large", value);
      ocean.commit("main", "a", "abc");
      HttpClient client = client().build();

      assertThat(get(client, ocean.server(), "/ocean/@main/a").version())
          .isEqualTo(HttpClient.Version.HTTP_2);
      List<CompletableFuture<HttpResponse<byte[]>>> all = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        all.add(
            client.sendAsync(
                HttpRequest.newBuilder(
                        ocean.uri(i % 3 == 0 ? "/ocean/@main/large" : "/ocean/@main/a"))
                    .build(),
                HttpResponse.BodyHandlers.ofByteArray()));
      }
      for (int i = 0; i < 30; i++) {
        HttpResponse<byte[]> response = all.get(i).get();
        assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(
                Arrays.equals(
                    response.body(), i % 3 == 0 ? value : "abc".getBytes(StandardCharsets.UTF_8)))
            .isTrue();
      }
      HttpResponse<byte[]> range =
          get(client, ocean.server(), "/ocean/@main/large", "Range", "bytes=-5");
      assertThat(range.body()).isEqualTo(Arrays.copyOfRange(value, LARGE - 5, LARGE));
      assertThat(get(client, ocean.server(), "/ocean/@main/absent").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void aLargeDamagedValueResetsItsStreamAlone() throws Exception {
    DamagedBackend backend = new DamagedBackend(new MemoryBackend());
    try (Served ocean = Served.over(backend)) {
      byte[] value = GeneratedSource.of(4, LARGE).open().readAllBytes();
      ocean.commit("large", value);
      ocean.commit("main", "a", "abc");
      value[5] ^= 4;
      backend.replace(ocean.object("large"), ByteBuffer.wrap(value));
      HttpClient client = client().build();
      assertThat(get(client, ocean.server(), "/ocean/@main/a").statusCode()).isEqualTo(200);

      assertThatThrownBy(() -> get(client, ocean.server(), "/ocean/@main/large"))
          .isInstanceOf(IOException.class);
      assertThat(get(client, ocean.server(), "/ocean/@main/a").version())
          .isEqualTo(HttpClient.Version.HTTP_2);
    }
  }

  @Test
  void behindTlsTheClientChooses() throws Exception {
    Path keystore = folder.resolve("keys.p12");
    keytool(keystore);
    try (Served writer = Served.inMemory();
        ZarrServer server =
            ZarrServer.builder()
                .port(0)
                .tls(new TlsSettings(keystore, "changeit"))
                .repository("ocean", writer.repository())
                .start()) {
      writer.commit("main", "a", "abc");
      SSLContext trusting = trusting();
      assertThat(server.uri().getScheme()).isEqualTo("https");

      HttpResponse<byte[]> second =
          get(client().sslContext(trusting).build(), server, "/ocean/@main/a");
      assertThat(second.version()).isEqualTo(HttpClient.Version.HTTP_2);
      assertThat(Served.text(second)).isEqualTo("abc");

      HttpResponse<byte[]> first =
          get(
              HttpClient.newBuilder()
                  .version(HttpClient.Version.HTTP_1_1)
                  .sslContext(trusting)
                  .build(),
              server,
              "/ocean/");
      assertThat(first.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
      assertThat(Served.text(first)).contains(server.uri() + "ocean/@main/");
    }
  }

  private static void keytool(Path keystore) throws Exception {
    Process made =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "varve",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-validity",
                "36500",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-keystore",
                keystore.toString(),
                "-storepass",
                "changeit")
            .redirectErrorStream(true)
            .start();
    String told = new String(made.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(made.waitFor()).as(told).isZero();
  }

  /** The certificate is made for this test; who signed it is not what is tested. */
  private static SSLContext trusting() throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        null,
        new TrustManager[] {
          new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type) {}

            @Override
            public X509Certificate[] getAcceptedIssuers() {
              return new X509Certificate[0];
            }
          }
        },
        new SecureRandom());
    return context;
  }
}
