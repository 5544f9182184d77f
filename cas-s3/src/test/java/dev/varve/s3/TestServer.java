package dev.varve.s3;

import dev.varve.ref.RefName;
import java.net.URI;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;

/**
 * The server that tests over HTTP talk to: the one at {@code -Dvarve.s3.endpoint=URL}, with {@code
 * -Dvarve.s3.accessKey} and {@code -Dvarve.s3.secretKey}, else s3proxy in a process of its own.
 *
 * @param endpoint its URL
 * @param accessKey who asks
 * @param secretKey with which secret
 */
record TestServer(URI endpoint, String accessKey, String secretKey) {
  private static final AtomicInteger BUCKETS = new AtomicInteger();
  private static final String RUN = UUID.randomUUID().toString().substring(0, 8);

  /** The one of this JVM. */
  static TestServer shared() {
    return Shared.SERVER;
  }

  /** Whether it is a server that was started by others, and so no small one in memory. */
  static boolean isGiven() {
    return System.getProperty("varve.s3.endpoint") != null;
  }

  /**
   * Bytes of the longest name of a ref: servers upon file systems have no longer names of files.
   */
  static int longestName() {
    return isGiven() ? 200 : RefName.MAX_BYTES;
  }

  private static final class Shared {
    static final TestServer SERVER =
        isGiven()
            ? new TestServer(
                URI.create(System.getProperty("varve.s3.endpoint")),
                System.getProperty("varve.s3.accessKey", ""),
                System.getProperty("varve.s3.secretKey", ""))
            : S3ProxyProcess.start();
  }

  /** The same server behind a proxy. */
  TestServer behind(URI proxy) {
    return new TestServer(proxy, accessKey, secretKey);
  }

  StaticCredentialsProvider credentials() {
    return StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey));
  }

  /** A plain client, for what the driver does not do. */
  S3Client client() {
    return S3Client.builder()
        .endpointOverride(endpoint)
        .region(Region.US_EAST_1)
        .credentialsProvider(credentials())
        .serviceConfiguration(S3Configuration.builder().chunkedEncodingEnabled(false).build())
        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
        .forcePathStyle(true)
        .build();
  }

  /** A new bucket. */
  String bucket() {
    String name = "varve-" + RUN + "-" + BUCKETS.incrementAndGet();
    try (S3Client client = client()) {
      client.createBucket(create -> create.bucket(name));
    }
    return name;
  }

  S3Location location(String bucket, String prefix) {
    return new S3Location(bucket, prefix, Optional.of(endpoint), Optional.of("us-east-1"), true);
  }

  /** The requests of the driver, one by one. */
  AwsBucket requests(String bucket) {
    return new AwsBucket(location(bucket, ""), credentials(), 8);
  }

  S3Backend open(String bucket, S3Settings settings) {
    return S3Backend.create(location(bucket, "some/where/"), settings, credentials());
  }
}
