package dev.varve.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.blob.Blobs;
import dev.varve.blob.BlockProof;
import dev.varve.error.BackendException;
import dev.varve.lmdb.LmdbBackend;
import dev.varve.memory.MemoryBackend;
import dev.varve.testkit.GeneratedSource;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class LimitsTest {
  @TempDir private Path folder;

  /** A client that asks and then reads nothing. */
  private static Socket stalled(int port, String path) throws Exception {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    socket
        .getOutputStream()
        .write(
            ("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
    return socket;
  }

  /**
   * Likewise, once it is not refused: the request before may count for a moment after its answer.
   */
  private static Socket admitted(int port, String path) throws Exception {
    while (true) {
      Socket socket = stalled(port, path);
      byte[] status = socket.getInputStream().readNBytes(12);
      if (new String(status, StandardCharsets.US_ASCII).equals("HTTP/1.1 200")) {
        return socket;
      }
      socket.close();
    }
  }

  private static long metric(Served ocean, String name) {
    return Served.text(ocean.get("/metrics"))
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.substring(name.length())))
        .findFirst()
        .orElseThrow();
  }

  private static void untilOpen(Served ocean, int requests) {
    while (!Served.text(ocean.get("/metrics"))
        .contains("varve_http_requests_open " + requests + "\n")) {
      Thread.onSpinWait();
    }
  }

  @Test
  void clientsThatReadNothingHoldNoThreadAndStopNobody() throws Exception {
    ServerLimits limits = ServerLimits.usual().withThreads(8).withHeldBytes(3L * Blobs.MAX_WHOLE);
    List<Socket> sockets = new ArrayList<>();
    try (Served ocean = Served.over(LmdbBackend.create(folder.resolve("ocean")), limits)) {
      ocean.commit("main", "small", "here");
      byte[] half = GeneratedSource.of(1, Blobs.MAX_WHOLE).open().readAllBytes();
      ocean.commit("whole", half);
      ocean.commit("large", GeneratedSource.of(2, 3L * Blobs.MAX_WHOLE).open().readAllBytes());
      for (int i = 0; i < 40; i++) {
        sockets.add(
            stalled(
                ocean.server().port(), i % 2 == 0 ? "/ocean/@main/whole" : "/ocean/@main/large"));
      }
      untilOpen(ocean, 41);

      for (int i = 0; i < 50; i++) {
        ocean.commit("main", "small", "here " + i);
        assertThat(Served.text(ocean.get("/ocean/@main/small"))).isEqualTo("here " + i);
      }
      assertThat(Served.sha256(ocean.get("/ocean/@main/whole").body()))
          .isEqualTo(Served.sha256(half));
      long held = metric(ocean, "varve_values_held_bytes ");
      assertThat(held).isBetween(1L, 3L * Blobs.MAX_WHOLE);
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  /** A value that is proved while it is sent is held in blocks, which count like whole ones. */
  @Test
  void blocksOfALargeValueThatIsProvedOnItsWayAreCounted() throws Exception {
    try (Served ocean = Served.over(new MemoryBackend())) {
      ocean.commit("large", GeneratedSource.of(2, 3L * Blobs.MAX_WHOLE).open().readAllBytes());
      try (Socket socket = stalled(ocean.server().port(), "/ocean/@main/large")) {
        untilOpen(ocean, 2);
        assertThat(metric(ocean, "varve_values_held_bytes "))
            .isEqualTo(3L * BlockProof.LARGE_BLOCK);
        assertThat(socket.isConnected()).isTrue();
      }
      untilOpen(ocean, 1);
      assertThat(metric(ocean, "varve_values_held_bytes ")).isZero();
    }
  }

  @Test
  void clientsThatTakeNoBytesAreDropped() throws Exception {
    ServerLimits limits = ServerLimits.usual().withIdle(Duration.ofMillis(300));
    try (Served ocean = Served.over(new MemoryBackend(), limits)) {
      ocean.commit("large", GeneratedSource.of(2, 3L * Blobs.MAX_WHOLE).open().readAllBytes());
      try (Socket socket = stalled(ocean.server().port(), "/ocean/@main/large")) {
        untilOpen(ocean, 2);
        untilOpen(ocean, 1);
        assertThat(socket.isConnected()).isTrue();
      }
    }
  }

  @Test
  @Timeout(120)
  void clientsThatTakeAFewBytesNowAndThenAreDroppedToo() throws Exception {
    ServerLimits limits =
        ServerLimits.usual().withIdle(Duration.ofHours(1)).withPart(Duration.ofMillis(300));
    try (Served ocean = Served.over(new MemoryBackend(), limits)) {
      ocean.commit("large", GeneratedSource.of(2, 3L * Blobs.MAX_WHOLE).open().readAllBytes());
      try (Socket socket = stalled(ocean.server().port(), "/ocean/@main/large")) {
        assertThat(socket.getInputStream().read()).isEqualTo('H');
        long open = 2;
        while (open > 1) {
          socket.getInputStream().read();
          open = metric(ocean, "varve_http_requests_open ");
        }
      }
    }
  }

  /** All of them are under way before the first is read. */
  @Test
  @Timeout(120)
  void aThousandRangesAtOnceAreAllAnswered() throws Exception {
    int clients = 1000;
    List<Socket> sockets = new ArrayList<>();
    try (Served ocean = Served.over(LmdbBackend.create(folder.resolve("ocean")))) {
      byte[] value = GeneratedSource.of(1, 1 << 20).open().readAllBytes();
      ocean.commit("air/0", value);
      for (int i = 0; i < clients; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), ocean.server().port());
        sockets.add(socket);
        String request =
            "GET /ocean/@main/air/0 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nRange: bytes="
                + (1000 * i)
                + "-"
                + (1000 * i + 999)
                + "\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      }
      for (int i = 0; i < clients; i++) {
        byte[] answer = sockets.get(i).getInputStream().readAllBytes();
        assertThat(new String(answer, 0, 12, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 206");
        assertThat(Arrays.copyOfRange(answer, answer.length - 1000, answer.length))
            .isEqualTo(Arrays.copyOfRange(value, 1000 * i, 1000 * i + 1000));
      }
      assertThat(metric(ocean, "varve_http_requests_refused_total ")).isZero();
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  @Test
  @Timeout(120)
  void clientsThatReadOneByteAtATimeStopNobody() throws Exception {
    ServerLimits limits = ServerLimits.usual().withThreads(8).withHeldBytes(1 << 20);
    List<Socket> slow = new ArrayList<>();
    try (Served ocean = Served.over(LmdbBackend.create(folder.resolve("ocean")), limits)) {
      byte[] value = GeneratedSource.of(1, 1 << 20).open().readAllBytes();
      ocean.commit("air/0", value);
      ocean.commit("large", GeneratedSource.of(2, 3L * Blobs.MAX_WHOLE).open().readAllBytes());
      for (int i = 0; i < 100; i++) {
        slow.add(
            stalled(
                ocean.server().port(), i % 2 == 0 ? "/ocean/@main/large" : "/ocean/@main/air/0"));
      }
      String head = "HTTP/1.1 200";
      for (int i = 0; i < head.length(); i++) {
        for (Socket socket : slow) {
          assertThat(socket.getInputStream().read()).isEqualTo(head.charAt(i));
        }
        assertThat(ocean.get("/ocean/@main/air/0").body()).isEqualTo(value);
      }
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  @Test
  void waitingLongerThanAConnectionMayRestIsNoFault() throws Exception {
    ServerLimits limits = ServerLimits.usual().withIdle(Duration.ofMillis(200));
    try (Served ocean = Served.over(new MemoryBackend(), limits)) {
      String commit = ocean.commit("main", "a", "x").toString();

      HttpResponse<byte[]> response = ocean.get("/ocean/refs/main?timeout=1&wait=" + commit);

      assertThat(response.statusCode()).isEqualTo(200);
    }
  }

  @Test
  void moreRequestsThanGrantedAreToldToComeBack() throws Exception {
    try (Served ocean = Served.over(new MemoryBackend(), ServerLimits.usual().withRequests(2))) {
      ocean.commit("large", GeneratedSource.of(2, 3L * Blobs.MAX_WHOLE).open().readAllBytes());
      ocean.commit("main", "a", "x");
      try (Socket first = stalled(ocean.server().port(), "/ocean/@main/large")) {
        untilOpen(ocean, 2);
        try (Socket second = admitted(ocean.server().port(), "/ocean/@main/large")) {
          HttpResponse<byte[]> response = ocean.get("/ocean/@main/a");
          while (response.statusCode() == 200) {
            response = ocean.get("/ocean/@main/a");
          }
          assertThat(response.statusCode()).isEqualTo(503);
          assertThat(Served.header(response, "Retry-After")).isNotEmpty();
          assertThat(Served.header(response, "Varve-Error")).isEqualTo("too-many-requests");
          assertThat(second.isConnected()).isTrue();
        }
        assertThat(first.isConnected()).isTrue();
      }
    }
  }

  @Test
  void headsAndPathsThatAreTooLongAreRefused() throws Exception {
    try (Served ocean = Served.inMemory()) {
      ocean.commit("main", "a", "x");

      RawAnswer head =
          RawAnswer.of(
              ocean.server().port(),
              "GET /ocean/@main/a HTTP/1.1\r\nHost: x\r\nX: " + "y".repeat(20_000) + "\r\n\r\n");
      assertThat(head.status()).isEqualTo(431);
      RawAnswer path =
          RawAnswer.of(
              ocean.server().port(),
              "GET /ocean/@main/"
                  + "a".repeat(9000)
                  + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      assertThat(path.status()).isEqualTo(414);
      assertThat(ocean.get("/ocean/@main/" + "a".repeat(1025)).statusCode()).isEqualTo(404);
      assertThat(ocean.get("/ocean/@main/a").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aPortThatIsTakenIsNamed() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Served ocean = Served.inMemory()) {
      assertThatThrownBy(
              () ->
                  ZarrServer.builder()
                      .repository("ocean", ocean.repository())
                      .port(taken.getLocalPort())
                      .start())
          .isInstanceOf(BackendException.class)
          .hasMessageContaining("port " + taken.getLocalPort())
          .hasMessageContaining("in use");
    }
  }

  @Test
  void requestsUnderWayAreFinishedWhenTheServerStops() throws Exception {
    try (Served ocean = Served.over(new MemoryBackend())) {
      byte[] value = GeneratedSource.of(2, 3L * Blobs.MAX_WHOLE).open().readAllBytes();
      ocean.commit("large", value);
      Thread[] stopping = new Thread[1];
      try (Socket socket = stalled(ocean.server().port(), "/ocean/@main/large")) {
        untilOpen(ocean, 2);
        stopping[0] = new Thread(ocean.server()::close);
        stopping[0].start();
        byte[] all = socket.getInputStream().readNBytes(value.length + 300);
        String head = new String(all, 0, 1000, StandardCharsets.ISO_8859_1);
        int body = head.indexOf("\r\n\r\n") + 4;
        byte[] rest = socket.getInputStream().readNBytes(value.length - (all.length - body));
        assertThat(all.length - body + rest.length).isEqualTo(value.length);
      }
      stopping[0].join();
    }
  }

  @Test
  void theAccessLogHasOneSafeLineForEachRequest() {
    List<String> lines = Collections.synchronizedList(new ArrayList<>());
    try (Served ocean =
        Served.with(
            new MemoryBackend(),
            (builder, repository) ->
                builder.repository("ocean", repository).accessLog(lines::add))) {
      ocean.commit("main", "a b", "xyz");
      ocean.get("/ocean/@main/a%20b?token=secret");
      ocean.get("/ocean/@main/c");
    }
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0))
        .contains("GET /ocean/@main/a%20b HTTP/1.1 200 3 ")
        .doesNotContain("secret");
    assertThat(lines.get(1)).contains(" 404 ");
  }
}
