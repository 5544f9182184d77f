package dev.varve.s3;

import dev.varve.ref.Backend;
import dev.varve.testkit.BackendFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Buckets of one s3proxy, one a directory, since its listings take as long as all that a bucket
 * holds. It keeps everything in memory. Thread-safe.
 */
final class S3ProxyFactory implements BackendFactory {
  private static final StaticCredentialsProvider CREDENTIALS =
      StaticCredentialsProvider.create(AwsBasicCredentials.create("tester", "not-a-secret"));

  private static final AtomicInteger COUNT = new AtomicInteger();

  private final URI endpoint;
  private final S3Client client;
  private final Map<Path, String> buckets = new ConcurrentHashMap<>();

  private S3ProxyFactory(URI endpoint) {
    this.endpoint = endpoint;
    this.client = client(endpoint);
  }

  private static S3Client client(URI endpoint) {
    return S3Client.builder()
        .endpointOverride(endpoint)
        .region(Region.US_EAST_1)
        .credentialsProvider(CREDENTIALS)
        .forcePathStyle(true)
        .build();
  }

  /** The one server of this JVM, started when first asked for, ended with the JVM. */
  static S3ProxyFactory shared() {
    return Started.FACTORY;
  }

  /** A location of this server. */
  S3Location location(String bucket, String prefix) {
    return new S3Location(bucket, prefix, Optional.of(endpoint), Optional.of("us-east-1"), true);
  }

  Backend open(S3Location location, StaticCredentialsProvider credentials) {
    return S3Backend.create(location, S3Settings.standard(new SplittableRandom(1)), credentials);
  }

  @Override
  public Backend create(Path directory) {
    String bucket =
        buckets.computeIfAbsent(
            directory,
            place -> {
              String name = "varve-" + COUNT.incrementAndGet();
              client.createBucket(create -> create.bucket(name));
              return name;
            });
    return open(location(bucket, "some/where/"), CREDENTIALS);
  }

  @Override
  public Backend reopen(Path directory, Backend closed) {
    return create(directory);
  }

  @Override
  public int openingRecords() {
    return 1;
  }

  private static final class Started {
    static final S3ProxyFactory FACTORY = new S3ProxyFactory(start());

    private static URI start() {
      try {
        int port = freePort();
        Path place = Files.createTempDirectory("varve-s3proxy");
        URI endpoint = URI.create("http://127.0.0.1:" + port);
        Process server =
            new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx1g",
                    "-cp",
                    System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path")),
                    "org.gaul.s3proxy.Main",
                    "--properties",
                    configuration(place, endpoint).toString())
                .redirectErrorStream(true)
                .redirectOutput(place.resolve("log").toFile())
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(server::destroyForcibly));
        awaitAnswer(endpoint, server, place.resolve("log"));
        return endpoint;
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      } catch (InterruptedException interrupted) {
        throw new IllegalStateException(interrupted);
      }
    }

    private static int freePort() throws IOException {
      try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      }
    }

    private static Path configuration(Path place, URI endpoint) throws IOException {
      return Files.writeString(
          place.resolve("s3proxy.properties"),
          String.join(
              "\n",
              "s3proxy.authorization=aws-v2-or-v4",
              "s3proxy.identity=tester",
              "s3proxy.credential=not-a-secret",
              "s3proxy.endpoint=" + endpoint,
              "jclouds.provider=transient-nio2",
              "jclouds.identity=tester",
              "jclouds.credential=not-a-secret"),
          StandardCharsets.UTF_8);
    }

    /** The first request that is answered makes a bucket. */
    private static void awaitAnswer(URI endpoint, Process server, Path log)
        throws IOException, InterruptedException {
      try (S3Client client = client(endpoint)) {
        for (int attempt = 0; attempt < 300; attempt++) {
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
}
