package dev.varve.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;

class RequestSignerTest {
  private static final AwsBasicCredentials EXAMPLE =
      AwsBasicCredentials.create(
          "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");

  private static final RequestSigner SIGNER = new RequestSigner("eu-north-1");

  private static SortedMap<String, String> headers(String host) {
    SortedMap<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    headers.put("Host", host);
    return headers;
  }

  /** The example of a GET in AWS's documentation of these signatures. */
  @Test
  void signsAsDocumented() {
    SortedMap<String, String> headers = headers("examplebucket.s3.amazonaws.com");
    headers.put("Range", "bytes=0-9");

    SortedMap<String, String> signed =
        new RequestSigner("us-east-1")
            .signed(
                "GET",
                "/test.txt",
                headers,
                RequestSigner.NO_BYTES,
                EXAMPLE,
                Instant.parse("2013-05-24T00:00:00Z"));

    assertThat(signed)
        .containsEntry("x-amz-date", "20130524T000000Z")
        .containsEntry(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                + " SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
                + " Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  }

  /** One signer for several secrets and days, against the SDK's own. */
  @Test
  void signsAsTheSdkDoes() {
    Random random = new Random(26);
    for (int i = 0; i < 200; i++) {
      String key = Long.toHexString(random.nextLong()) + "/" + "x".repeat(random.nextInt(80));
      signsAsTheSdkDoes(
          key, random.nextInt(3), random.nextInt(Integer.MAX_VALUE), random.nextBoolean());
    }
  }

  private static void signsAsTheSdkDoes(String key, int who, long second, boolean session) {
    Instant now = Instant.ofEpochSecond(second);
    AwsCredentials credentials =
        session
            ? AwsSessionCredentials.create("id" + who, "secret" + who, "token/+=" + who)
            : AwsBasicCredentials.create("id" + who, "secret" + who);
    String path = "/bucket/blobs/" + key;
    SortedMap<String, String> headers = headers("127.0.0.1:9000");
    headers.put("Range", "bytes=0-99");

    SortedMap<String, String> ours =
        SIGNER.signed("GET", path, headers, RequestSigner.NO_BYTES, credentials, now);

    SdkHttpRequest request =
        SdkHttpRequest.builder()
            .method(SdkHttpMethod.GET)
            .uri(URI.create("http://127.0.0.1:9000" + path))
            .putHeader("Range", "bytes=0-99")
            .build();
    SdkHttpRequest theirs =
        AwsV4HttpSigner.create()
            .sign(
                sign ->
                    sign.identity(credentials)
                        .request(request)
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "s3")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, "eu-north-1")
                        .putProperty(AwsV4HttpSigner.DOUBLE_URL_ENCODE, false)
                        .putProperty(AwsV4HttpSigner.NORMALIZE_PATH, false)
                        .putProperty(HttpSigner.SIGNING_CLOCK, Clock.fixed(now, ZoneOffset.UTC)))
            .request();
    assertThat(theirs.firstMatchingHeader("Authorization")).hasValue(ours.get("Authorization"));
    assertThat(theirs.firstMatchingHeader("x-amz-security-token"))
        .isEqualTo(Optional.ofNullable(ours.get("x-amz-security-token")));
  }
}
