package dev.varve.s3;

import dev.varve.hash.ContentHash;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.Abortable;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * GET, HEAD and PUT of one object by the SDK's HTTP client, without the layers of its S3 client:
 * these take more of the processor than all else that such a request does. Thread-safe.
 *
 * <p>Where objects are, and that requests are signed by version 4, is learnt from what the S3
 * client itself sends. Before that, and for keys with characters to be escaped, {@link #reach} is
 * false, and the S3 client is to be used. What goes wrong is told by the S3 client's exceptions.
 */
final class ObjectRequests implements ExecutionInterceptor {
  /** Nothing in it is escaped, nor taken for a way to another folder. */
  private static final Pattern PLAIN = Pattern.compile("(?!.*/[./])[A-Za-z0-9_-][A-Za-z0-9._/-]*");

  private static final Pattern SIGNED =
      Pattern.compile(
          "AWS4-HMAC-SHA256 Credential=[^,]*/[0-9]{8}/([^/,]+)/s3/aws4_request, ?SignedHeaders=.*");

  /** How much of an answer's words is read, in bytes. */
  private static final int WORDS = 1 << 16;

  private final SdkHttpClient client;
  private final AwsCredentialsProvider credentials;
  private final Clock clock;
  private volatile @Nullable Way way;

  /** The way to objects: what comes before their keys, and who signs. */
  private record Way(
      String protocol, String host, int port, String path, String named, RequestSigner signer) {}

  /**
   * The beginning of an answer, and its body, which the caller closes.
   *
   * @param length how long the body says it is
   * @param range the part that it says it is
   */
  record Answer(InputStream body, Abortable abort, @Nullable Long length, @Nullable String range)
      implements Closeable {
    @Override
    public void close() throws IOException {
      body.close();
    }
  }

  ObjectRequests(SdkHttpClient client, AwsCredentialsProvider credentials, Clock clock) {
    this.client = client;
    this.credentials = credentials;
    this.clock = clock;
  }

  /** Learns from a request of the S3 client's, signed already. */
  @Override
  public void beforeTransmission(
      Context.BeforeTransmission context, ExecutionAttributes attributes) {
    if (way != null) {
      return;
    }
    SdkHttpRequest sent = context.httpRequest();
    String key = context.request().getValueForField("Key", String.class).orElse("");
    Matcher signature =
        SIGNED.matcher(sent.firstMatchingHeader("Authorization").orElse("unsigned"));
    String path = sent.encodedPath();
    if (PLAIN.matcher(key).matches() && path.endsWith("/" + key) && signature.matches()) {
      boolean usual = sent.port() == (sent.protocol().equals("https") ? 443 : 80);
      way =
          new Way(
              sent.protocol(),
              sent.host(),
              sent.port(),
              path.substring(0, path.length() - key.length()),
              usual ? sent.host() : sent.host() + ":" + sent.port(),
              new RequestSigner(signature.group(1)));
    }
  }

  /** Whether requests for this key can be made here. */
  boolean reach(String key) {
    return way != null && PLAIN.matcher(key).matches();
  }

  /** GET of a range, as the header has it. */
  Answer get(String key, String range) {
    SortedMap<String, String> headers = headers();
    headers.put("Range", range);
    HttpExecuteResponse answer =
        sent(SdkHttpMethod.GET, key, headers, RequestSigner.NO_BYTES, null);
    SdkHttpResponse head = answer.httpResponse();
    AbortableInputStream body = answer.responseBody().orElseGet(AbortableInputStream::createEmpty);
    return new Answer(
        body, body, length(head), head.firstMatchingHeader("Content-Range").orElse(null));
  }

  /** HEAD: the length that it tells, if it does. */
  Optional<Long> length(String key) {
    HttpExecuteResponse answer =
        sent(SdkHttpMethod.HEAD, key, headers(), RequestSigner.NO_BYTES, null);
    end(answer);
    return Optional.ofNullable(length(answer.httpResponse()));
  }

  /** PUT of bytes with their SHA-256, on condition that the name is free, or over what is there. */
  void put(String key, ByteBuffer bytes, ContentHash sha256, boolean onlyNew) {
    SortedMap<String, String> headers = headers();
    if (onlyNew) {
      headers.put("If-None-Match", "*");
    }
    headers.put("Content-Type", "application/octet-stream");
    headers.put("x-amz-checksum-sha256", Base64.getEncoder().encodeToString(sha256.toBytes()));
    end(sent(SdkHttpMethod.PUT, key, headers, sha256.toString(), bytes));
  }

  private static SortedMap<String, String> headers() {
    return new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  }

  private HttpExecuteResponse sent(
      SdkHttpMethod method,
      String key,
      SortedMap<String, String> headers,
      String sha256,
      @Nullable ByteBuffer body) {
    Way to = Objects.requireNonNull(way);
    String path = to.path + key;
    headers.put("Host", to.named);
    SdkHttpRequest.Builder request =
        SdkHttpRequest.builder()
            .method(method)
            .protocol(to.protocol)
            .host(to.host)
            .port(to.port)
            .encodedPath(path);
    to.signer
        .signed(
            method.name(), path, headers, sha256, credentials.resolveCredentials(), clock.instant())
        .forEach(request::putHeader);
    request.putHeader("User-Agent", "varve");
    HttpExecuteRequest.Builder whole = HttpExecuteRequest.builder();
    if (body != null) {
      request.putHeader("Content-Length", String.valueOf(body.remaining()));
      whole.contentStreamProvider(() -> new BufferStream(body));
    }
    try {
      HttpExecuteResponse answer =
          client.prepareRequest(whole.request(request.build()).build()).call();
      if (!answer.httpResponse().isSuccessful()) {
        throw refusal(answer);
      }
      return answer;
    } catch (IOException broken) {
      throw unanswered(broken);
    }
  }

  private static SdkClientException unanswered(IOException broken) {
    return SdkClientException.create(
        "Unable to execute HTTP request: " + broken.getMessage(), broken);
  }

  /** Reads an answer without a body to its end, so that its connection can be used again. */
  private static void end(HttpExecuteResponse answer) {
    try (AbortableInputStream body =
        answer.responseBody().orElseGet(AbortableInputStream::createEmpty)) {
      body.readNBytes(WORDS);
    } catch (IOException broken) {
      throw unanswered(broken);
    }
  }

  private static @Nullable Long length(SdkHttpResponse head) {
    return head.firstMatchingHeader("Content-Length")
        .filter(digits -> digits.matches("[0-9]{1,18}"))
        .map(Long::valueOf)
        .orElse(null);
  }

  /** What the S3 client would throw. */
  private static AwsServiceException refusal(HttpExecuteResponse answer) throws IOException {
    String words = "";
    if (answer.responseBody().isPresent()) {
      try (AbortableInputStream body = answer.responseBody().get()) {
        words = new String(body.readNBytes(WORDS), StandardCharsets.UTF_8);
      }
    }
    return S3Exception.builder()
        .statusCode(answer.httpResponse().statusCode())
        .awsErrorDetails(
            AwsErrorDetails.builder()
                .serviceName("S3")
                .errorCode(element(words, "Code"))
                .errorMessage(element(words, "Message"))
                .sdkHttpResponse(answer.httpResponse())
                .build())
        .build();
  }

  /** The text of the first element of a name, or null. */
  private static @Nullable String element(String xml, String name) {
    int from = xml.indexOf("<" + name + ">");
    int to = xml.indexOf("</" + name + ">", Math.max(0, from));
    return from < 0 || to < 0
        ? null
        : xml.substring(from + name.length() + 2, to)
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&apos;", "'")
            .replace("&amp;", "&");
  }
}
