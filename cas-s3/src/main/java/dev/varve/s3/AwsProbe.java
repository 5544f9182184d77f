package dev.varve.s3;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.ExpirationStatus;
import software.amazon.awssdk.services.s3.model.GetBucketVersioningResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.LifecycleRule;
import software.amazon.awssdk.services.s3.model.LifecycleRuleFilter;
import software.amazon.awssdk.services.s3.model.ObjectLockConfiguration;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.model.Transition;

/** The examination's requests by the AWS SDK, sent as {@link AwsBucket} sends its own. */
final class AwsProbe implements Probe {
  private static final String BYTES = "application/octet-stream";

  private final AwsBucket bucket;
  private final S3Client client;
  private final String name;

  AwsProbe(S3Location location, AwsCredentialsProvider credentials, int connections) {
    this.name = location.bucket();
    this.bucket = new AwsBucket(location, credentials, connections);
    this.client = AwsBucket.client(location, credentials, connections);
  }

  @Override
  public Bucket bucket() {
    return bucket;
  }

  private <R> R send(String operation, String key, Supplier<R> request) {
    try {
      return request.get();
    } catch (SdkException failed) {
      throw S3Errors.of(operation, "s3://" + name + "/" + key, failed);
    }
  }

  private <R> Optional<R> find(String operation, String key, Supplier<R> request) {
    try {
      return Optional.of(request.get());
    } catch (AwsServiceException refused) {
      if (S3Errors.absent(refused)) {
        return Optional.empty();
      }
      throw S3Errors.of(operation, "s3://" + name + "/" + key, refused);
    } catch (SdkException failed) {
      throw S3Errors.of(operation, "s3://" + name + "/" + key, failed);
    }
  }

  @Override
  public void createSlowly(String key, byte[] bytes, Runnable halfway) {
    RequestBody body =
        RequestBody.fromContentProvider(() -> new Halting(bytes, halfway), bytes.length, BYTES);
    create(key, bytes, body);
  }

  @Override
  public void createClaiming(String key, byte[] bytes, byte[] others) {
    create(key, others, RequestBody.fromBytes(bytes));
  }

  private void create(String key, byte[] hashed, RequestBody body) {
    send(
        "write",
        key,
        () ->
            client.putObject(
                put ->
                    put.bucket(name)
                        .key(key)
                        .ifNoneMatch("*")
                        .checksumSHA256(AwsBucket.sha256(hashed))
                        .contentType(BYTES),
                body));
  }

  @Override
  public Optional<Head> head(String key) {
    return find(
            "look for",
            key,
            () ->
                client.headObject(
                    head -> head.bucket(name).key(key).checksumMode(ChecksumMode.ENABLED)))
        .map(AwsProbe::head);
  }

  private static Head head(HeadObjectResponse answer) {
    return new Head(
        answer.contentLength(),
        Optional.ofNullable(answer.checksumSHA256()),
        answer.sdkHttpResponse().firstMatchingHeader("Date").flatMap(AwsProbe::time));
  }

  private static Optional<Instant> time(String date) {
    try {
      return Optional.of(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date, Instant::from));
    } catch (DateTimeParseException noDate) {
      return Optional.empty();
    }
  }

  @Override
  public Optional<byte[]> range(String key, String range) {
    return find(
        "read",
        key,
        () ->
            client
                .getObjectAsBytes(get -> get.bucket(name).key(key).range(range))
                .asByteArrayUnsafe());
  }

  @Override
  public List<String> listAfter(String prefix, String after, int max) {
    return send(
        "list",
        prefix,
        () ->
            client
                .listObjectsV2(
                    list -> list.bucket(name).prefix(prefix).startAfter(after).maxKeys(max))
                .contents()
                .stream()
                .map(S3Object::key)
                .toList());
  }

  /** A question about the bucket, which many servers do not know and many users may not ask. */
  private <R> Optional<R> ask(String permission, Supplier<R> question) {
    try {
      return Optional.of(question.get());
    } catch (AwsServiceException refused) {
      if (S3Errors.absent(refused)) {
        return Optional.empty();
      }
      String why =
          refused.statusCode() == 403
              ? "it takes the right " + permission
              : refused.statusCode() == 501
                  ? "the server does not know the question"
                  : "status " + refused.statusCode();
      throw new S3Failure(S3Failure.Kind.REFUSED, why, refused);
    } catch (SdkException failed) {
      throw S3Errors.of("ask", "s3://" + name, failed);
    }
  }

  @Override
  public Optional<String> versioning() {
    return ask(
            "s3:GetBucketVersioning", () -> client.getBucketVersioning(each -> each.bucket(name)))
        .map(GetBucketVersioningResponse::statusAsString);
  }

  @Override
  public List<Rule> lifecycle() {
    return ask(
            "s3:GetLifecycleConfiguration",
            () -> client.getBucketLifecycleConfiguration(each -> each.bucket(name)))
        .map(answer -> answer.rules().stream().filter(AwsProbe::enabled).map(AwsProbe::rule))
        .map(rules -> rules.toList())
        .orElse(List.of());
  }

  private static boolean enabled(LifecycleRule rule) {
    return rule.status() != ExpirationStatus.DISABLED;
  }

  @SuppressWarnings("deprecation") // older servers and rules still name the prefix outside a filter
  private static Rule rule(LifecycleRule rule) {
    LifecycleRuleFilter filter = rule.filter();
    String prefix = rule.prefix();
    boolean tagged = false;
    if (filter != null) {
      tagged = filter.tag() != null || filter.and() != null && filter.and().hasTags();
      prefix = filter.and() != null ? filter.and().prefix() : filter.prefix();
    }
    return new Rule(
        rule.id() == null ? "without a name" : rule.id(),
        prefix == null ? "" : prefix,
        tagged,
        rule.expiration() != null
            && (rule.expiration().days() != null || rule.expiration().date() != null),
        rule.transitions().stream()
            .map(Transition::storageClassAsString)
            // Glacier's instant retrieval (GLACIER_IR) reads like any other class.
            .filter(kind -> kind.equals("GLACIER") || kind.equals("DEEP_ARCHIVE"))
            .findFirst(),
        rule.abortIncompleteMultipartUpload() != null);
  }

  @Override
  public Optional<String> lock() {
    return ask(
            "s3:GetBucketObjectLockConfiguration",
            () -> client.getObjectLockConfiguration(each -> each.bucket(name)))
        .map(answer -> answer.objectLockConfiguration())
        .map(AwsProbe::words);
  }

  private static String words(ObjectLockConfiguration lock) {
    if (lock.rule() == null || lock.rule().defaultRetention() == null) {
      return "objects can be locked, and are not by default";
    }
    var kept = lock.rule().defaultRetention();
    return "every new object is kept for "
        + (kept.days() != null ? kept.days() + " days" : kept.years() + " years")
        + " ("
        + kept.modeAsString()
        + ")";
  }

  @Override
  public void close() {
    client.close();
    bucket.close();
  }

  /** Says when half of it was read. */
  private static final class Halting extends FilterInputStream {
    private final Runnable halfway;
    private int left;

    Halting(byte[] bytes, Runnable halfway) {
      super(new ByteArrayInputStream(bytes));
      this.halfway = halfway;
      this.left = bytes.length / 2;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int from, int count) throws IOException {
      if (left > 0) {
        int read = super.read(into, from, Math.min(count, left));
        left -= Math.max(0, read);
        return read;
      }
      if (left == 0) {
        left = -1;
        halfway.run();
      }
      return super.read(into, from, count);
    }

    @Override
    public boolean markSupported() {
      return false;
    }
  }
}
