package dev.varve.s3;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.S3Client;

/** s3proxy in a process of its own, which keeps everything in memory and ends with this JVM. */
final class S3ProxyProcess {
  private S3ProxyProcess() {}

  static TestServer start() {
    try {
      URI endpoint = URI.create("http://127.0.0.1:" + freePort());
      TestServer answering = new TestServer(endpoint, "tester", "not-a-secret");
      Path place = Files.createTempDirectory("varve-s3proxy");
      Process server =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx1g",
                  "-cp",
                  System.getProperty(
                      "surefire.test.class.path", System.getProperty("java.class.path")),
                  "org.gaul.s3proxy.Main",
                  "--properties",
                  configuration(place, answering).toString())
              .redirectErrorStream(true)
              .redirectOutput(place.resolve("log").toFile())
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> end(server, place)));
      awaitAnswer(answering, server, place.resolve("log"));
      return answering;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  private static void end(Process server, Path place) {
    server.destroyForcibly();
    try (Stream<Path> files = Files.walk(place)) {
      // What the process still writes must not keep the folder.
      server.waitFor(10, TimeUnit.SECONDS);
      List<Path> all = files.sorted(Comparator.reverseOrder()).toList();
      for (Path each : all) {
        Files.deleteIfExists(each);
      }
    } catch (IOException | InterruptedException kept) {
      System.err.println("cannot remove " + place + ": " + kept);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static Path configuration(Path place, TestServer server) throws IOException {
    return Files.writeString(
        place.resolve("s3proxy.properties"),
        String.join(
            "\n",
            "s3proxy.authorization=aws-v2-or-v4",
            "s3proxy.identity=" + server.accessKey(),
            "s3proxy.credential=" + server.secretKey(),
            "s3proxy.endpoint=" + server.endpoint(),
            "jclouds.provider=transient-nio2",
            "jclouds.identity=" + server.accessKey(),
            "jclouds.credential=" + server.secretKey()),
        StandardCharsets.UTF_8);
  }

  /** The first request that is answered makes a bucket. */
  private static void awaitAnswer(TestServer started, Process server, Path log)
      throws IOException, InterruptedException {
    try (S3Client client = started.client()) {
      for (int attempt = 0; attempt < 600; attempt++) {
        try {
          client.createBucket(create -> create.bucket("varve-first"));
          return;
        } catch (SdkClientException notYet) {
          if (server.waitFor(100, TimeUnit.MILLISECONDS)) {
            break;
          }
        }
      }
    }
    throw new IllegalStateException("s3proxy did not start: " + Files.readString(log));
  }
}
