package dev.varve.s3;

import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;

/**
 * The requests by the AWS SDK, in the one way that every server tried understands: bodies without
 * chunks, SHA-256 in a header, no checksum that was not asked for, and no retry, which would turn a
 * success whose answer was lost into a refusal.
 */
final class AwsBucket implements Bucket {
  /** The condition that a name is free. */
  private static final String ONLY_NEW = "*";

  private static final String BYTES = "application/octet-stream";
  private static final Pattern RANGE = Pattern.compile("bytes [0-9]{1,18}-[0-9]{1,18}/[0-9]{1,18}");

  private final SdkHttpClient http;
  private final ObjectRequests objects;
  private final S3Client client;
  private final RenewedCredentials credentials;
  private final S3Location location;

  AwsBucket(S3Location location, AwsCredentialsProvider credentials, int connections) {
    this.location = location;
    this.credentials = RenewedCredentials.of(credentials);
    this.http = http(connections).build();
    this.objects = new ObjectRequests(http, this.credentials, Clock.systemUTC());
    this.client =
        builder(location, this.credentials)
            .overrideConfiguration(
                override ->
                    override
                        .retryStrategy(AwsRetryStrategy.doNotRetry())
                        .addExecutionInterceptor(objects))
            .httpClient(http)
            .build();
  }

  /** A client that sends every request once, in the way described above. */
  static S3Client client(S3Location location, AwsCredentialsProvider credentials, int connections) {
    return builder(location, credentials)
        .overrideConfiguration(override -> override.retryStrategy(AwsRetryStrategy.doNotRetry()))
        .httpClientBuilder(http(connections))
        .build();
  }

  private static Apache5HttpClient.Builder http(int connections) {
    return Apache5HttpClient.builder()
        .maxConnections(connections)
        .connectionTimeout(Duration.ofSeconds(10))
        .connectionAcquisitionTimeout(Duration.ofMinutes(2))
        .socketTimeout(Duration.ofSeconds(60));
  }

  private static S3ClientBuilder builder(S3Location location, AwsCredentialsProvider credentials) {
    S3ClientBuilder builder =
        S3Client.builder()
            .credentialsProvider(credentials)
            .region(region(location))
            .forcePathStyle(location.pathStyle())
            .serviceConfiguration(S3Configuration.builder().chunkedEncodingEnabled(false).build())
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED);
    location.endpoint().ifPresent(builder::endpointOverride);
    return builder;
  }

  /** Servers other than AWS take any region for their own. */
  private static Region region(S3Location location) {
    if (location.region().isPresent()) {
      return Region.of(location.region().get());
    }
    try {
      return DefaultAwsRegionProviderChain.builder().build().getRegion();
    } catch (SdkException none) {
      if (location.endpoint().isPresent()) {
        return Region.US_EAST_1;
      }
      throw new S3Failure(
              S3Failure.Kind.REFUSED,
              "cannot open " + location + ": no region is set; name it with --region or AWS_REGION",
              none)
          .toStoreException();
    }
  }

  private String place(String key) {
    return "s3://" + location.bucket() + "/" + key;
  }

  private <R> R send(String operation, String key, Supplier<R> request) {
    try {
      return credentials.signed(request);
    } catch (SdkException failed) {
      throw S3Errors.of(operation, place(key), failed);
    } catch (UncheckedIOException broken) {
      throw S3Errors.of(operation, place(key), broken.getCause());
    }
  }

  /**
   * What every whole answer has. The HTTP client takes headers that break off for all there are,
   * and then a body that is missing for one that is empty.
   */
  private <R> R whole(String operation, String key, @Nullable R part) {
    if (part == null) {
      throw S3Errors.of(operation, place(key), new IOException("a part of it is missing"));
    }
    return part;
  }

  /** The SHA-256 of bytes as the header has it, in Base64. */
  static String sha256(byte[] bytes) {
    return base64(HashAlgorithm.SHA256.hash(bytes));
  }

  private static String base64(ContentHash sha256) {
    return Base64.getEncoder().encodeToString(sha256.toBytes());
  }

  /** The bytes themselves, not a copy of them; nobody changes them. */
  private static RequestBody body(ByteBuffer bytes) {
    return RequestBody.fromContentProvider(() -> new BufferStream(bytes), bytes.remaining(), BYTES);
  }

  @Override
  public void create(String key, ByteBuffer bytes, Optional<ContentHash> sha256) {
    put(key, bytes, sha256.orElseGet(() -> HashAlgorithm.SHA256.hash(bytes)), ONLY_NEW);
  }

  @Override
  public void replace(String key, byte[] bytes) {
    put(key, ByteBuffer.wrap(bytes), HashAlgorithm.SHA256.hash(bytes), null);
  }

  private void put(String key, ByteBuffer bytes, ContentHash sha256, @Nullable String ifNoneMatch) {
    send(
        "write",
        key,
        () -> {
          if (objects.reach(key)) {
            objects.put(key, bytes, sha256, ifNoneMatch != null);
          } else {
            client.putObject(
                put ->
                    put.bucket(location.bucket())
                        .key(key)
                        .ifNoneMatch(ifNoneMatch)
                        .checksumSHA256(base64(sha256))
                        .contentType(BYTES),
                body(bytes));
          }
          return true;
        });
  }

  @Override
  public Optional<Piece> get(String key, long position, int count) {
    if (count == 0) {
      OptionalLong length = length(key);
      return length.isPresent()
          ? Optional.of(new Piece(ByteBuffer.allocate(0), length.getAsLong()))
          : Optional.empty();
    }
    String range = "bytes=" + position + "-" + (position + count - 1);
    try (ObjectRequests.Answer answer = credentials.signed(() -> asked(key, range))) {
      whole("read", key, answer.length());
      return Optional.of(piece(answer, position, count));
    } catch (AwsServiceException refused) {
      if (S3Errors.absent(refused)) {
        return Optional.empty();
      }
      if (refused.statusCode() == 416) {
        // The range begins behind the last byte; that of an empty object always does.
        return get(key, 0, 0);
      }
      throw S3Errors.of("read", place(key), refused);
    } catch (SdkException failed) {
      throw S3Errors.of("read", place(key), failed);
    } catch (IOException broken) {
      throw S3Errors.of("read", place(key), broken);
    } catch (UncheckedIOException broken) {
      throw S3Errors.of("read", place(key), broken.getCause());
    }
  }

  private ObjectRequests.Answer asked(String key, String range) {
    if (objects.reach(key)) {
      return objects.get(key, range);
    }
    ResponseInputStream<GetObjectResponse> in =
        client.getObject(get -> get.bucket(location.bucket()).key(key).range(range));
    return new ObjectRequests.Answer(
        in, in, in.response().contentLength(), in.response().contentRange());
  }

  private static Piece piece(ObjectRequests.Answer answer, long position, int count)
      throws IOException {
    InputStream in = answer.body();
    String range = answer.range();
    long length = Objects.requireNonNull(answer.length());
    long total;
    long here;
    if (range == null) {
      // Some servers answer a range with the whole object.
      total = length;
      here = Math.max(0, Math.min(count, total - position));
      in.skipNBytes(Math.min(position, total));
    } else {
      // Also the header may break off, behind the body's length.
      if (!RANGE.matcher(range).matches()) {
        throw new IOException("it tells the range '" + range + "'");
      }
      total = Long.parseLong(range.substring(range.indexOf('/') + 1));
      here = length;
      if (!range.startsWith("bytes " + position + "-") || here > count) {
        throw new IOException("asked for " + count + " bytes from " + position + ", got " + range);
      }
    }
    // At most as many as were asked for, whatever the answer says.
    byte[] bytes = new byte[(int) here];
    int read = in.readNBytes(bytes, 0, bytes.length);
    if (read < here) {
      throw new IOException("it has " + read + " of " + here + " bytes");
    }
    if (range == null && position + here < total) {
      answer.abort().abort();
    }
    return new Piece(ByteBuffer.wrap(bytes).asReadOnlyBuffer(), total);
  }

  @Override
  public Optional<Head> head(String key) {
    try {
      HeadObjectResponse answer =
          credentials.signed(
              () ->
                  client.headObject(
                      head ->
                          head.bucket(location.bucket())
                              .key(key)
                              .checksumMode(ChecksumMode.ENABLED)));
      return Optional.of(
          new Head(
              whole("look for", key, answer.contentLength()),
              Optional.ofNullable(answer.checksumSHA256()).flatMap(AwsBucket::whole)));
    } catch (AwsServiceException refused) {
      if (S3Errors.absent(refused)) {
        return Optional.empty();
      }
      throw S3Errors.of("look for", place(key), refused);
    } catch (SdkException failed) {
      throw S3Errors.of("look for", place(key), failed);
    }
  }

  /** A checksum of the whole; that of an upload in parts has the number of parts behind it. */
  private static Optional<ContentHash> whole(String checksum) {
    try {
      byte[] hash = Base64.getDecoder().decode(checksum);
      return hash.length == ContentHash.BYTES
          ? Optional.of(ContentHash.at(ByteBuffer.wrap(hash), 0))
          : Optional.empty();
    } catch (IllegalArgumentException ofParts) {
      return Optional.empty();
    }
  }

  @Override
  public OptionalLong length(String key) {
    try {
      return OptionalLong.of(
          whole(
              "look for",
              key,
              credentials.signed(
                  () ->
                      objects.reach(key)
                          ? objects.length(key).orElse(null)
                          : client
                              .headObject(head -> head.bucket(location.bucket()).key(key))
                              .contentLength())));
    } catch (AwsServiceException refused) {
      if (S3Errors.absent(refused)) {
        return OptionalLong.empty();
      }
      throw S3Errors.of("look for", place(key), refused);
    } catch (SdkException failed) {
      throw S3Errors.of("look for", place(key), failed);
    }
  }

  @Override
  public Page list(String prefix, Optional<String> after, int max, boolean folders) {
    ListObjectsV2Response page =
        send(
            "list",
            prefix,
            () ->
                client.listObjectsV2(
                    list ->
                        list.bucket(location.bucket())
                            .prefix(prefix)
                            .maxKeys(max)
                            .delimiter(folders ? "/" : null)
                            .continuationToken(after.orElse(null))));
    boolean more = whole("list", prefix, page.isTruncated());
    return new Page(
        page.contents().stream().map(each -> new Listed(each.key(), each.size())).toList(),
        page.commonPrefixes().stream().map(CommonPrefix::prefix).toList(),
        more ? Optional.of(whole("list", prefix, page.nextContinuationToken())) : Optional.empty());
  }

  @Override
  public String beginParts(String key) {
    String operation = "begin an upload of";
    return whole(
        operation,
        key,
        send(
                operation,
                key,
                () ->
                    client.createMultipartUpload(
                        begin ->
                            begin
                                .bucket(location.bucket())
                                .key(key)
                                .checksumAlgorithm(ChecksumAlgorithm.SHA256)
                                .contentType(BYTES)))
            .uploadId());
  }

  @Override
  public Part putPart(String key, String upload, int number, byte[] bytes) {
    String sha256 = sha256(bytes);
    String etag =
        send(
                "write part " + number + " of",
                key,
                () ->
                    client.uploadPart(
                        part ->
                            part.bucket(location.bucket())
                                .key(key)
                                .uploadId(upload)
                                .partNumber(number)
                                .checksumSHA256(sha256),
                        body(ByteBuffer.wrap(bytes))))
            .eTag();
    boolean open =
        etag == null || etag.length() < 2 || etag.startsWith("\"") != etag.endsWith("\"");
    return new Part(number, whole("write part " + number + " of", key, open ? null : etag), sha256);
  }

  @Override
  public void joinParts(String key, String upload, List<Part> parts) {
    join(key, upload, parts, ONLY_NEW);
  }

  @Override
  public void joinPartsOver(String key, String upload, List<Part> parts) {
    join(key, upload, parts, null);
  }

  private void join(String key, String upload, List<Part> parts, @Nullable String ifNoneMatch) {
    List<CompletedPart> all =
        parts.stream()
            .map(
                part ->
                    CompletedPart.builder()
                        .partNumber(part.number())
                        .eTag(part.etag())
                        .checksumSHA256(part.sha256())
                        .build())
            .toList();
    String operation = "finish the upload of";
    whole(
        operation,
        key,
        send(
                operation,
                key,
                () ->
                    client.completeMultipartUpload(
                        join ->
                            join.bucket(location.bucket())
                                .key(key)
                                .uploadId(upload)
                                .ifNoneMatch(ifNoneMatch)
                                .multipartUpload(list -> list.parts(all))))
            .eTag());
  }

  @Override
  public void dropParts(String key, String upload) {
    send(
        "drop the upload of",
        key,
        () ->
            client.abortMultipartUpload(
                drop -> drop.bucket(location.bucket()).key(key).uploadId(upload)));
  }

  @Override
  public void delete(String key) {
    send("delete", key, () -> client.deleteObject(each -> each.bucket(location.bucket()).key(key)));
  }

  @Override
  public String location() {
    return location.toString();
  }

  @Override
  public void close() {
    client.close();
    http.close();
    credentials.close();
  }
}
