package dev.varve.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.error.BackendException;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.model.S3Exception;

class S3ErrorsTest {
  private static AwsServiceException answer(int status, String code) {
    return S3Exception.builder()
        .statusCode(status)
        .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).errorMessage("told").build())
        .build();
  }

  private static S3Failure failure(int status, String code) {
    return S3Errors.of("read", "s3://bucket/key", answer(status, code));
  }

  @Test
  void everyStatusProvesOneThing() {
    assertThat(failure(412, "PreconditionFailed").kind()).isEqualTo(S3Failure.Kind.TAKEN);
    assertThat(failure(409, "ConditionalRequestConflict").kind())
        .isEqualTo(S3Failure.Kind.CONTENDED);
    for (int status : new int[] {429, 500, 502, 503, 504}) {
      assertThat(failure(status, "SlowDown").kind()).isEqualTo(S3Failure.Kind.BUSY);
    }
    assertThat(failure(400, "RequestTimeout").kind()).isEqualTo(S3Failure.Kind.BUSY);
    for (int status : new int[] {301, 400, 401, 403, 404, 405, 501}) {
      assertThat(failure(status, "Whatever").kind()).isEqualTo(S3Failure.Kind.REFUSED);
    }
    assertThat(S3Errors.of("read", "x", SdkClientException.create("Connection reset")).kind())
        .isEqualTo(S3Failure.Kind.UNANSWERED);
  }

  @Test
  void absentObjectIsToldFromAbsentBucket() {
    assertThat(S3Errors.absent(answer(404, "NoSuchKey"))).isTrue();
    assertThat(S3Errors.absent(S3Exception.builder().statusCode(404).build())).isTrue();
    assertThat(S3Errors.absent(answer(404, "NoSuchBucket"))).isFalse();
    assertThat(S3Errors.absent(answer(403, "AccessDenied"))).isFalse();
  }

  @Test
  void messagesNameThePlaceAndTheNextStep() {
    assertThat(failure(403, "ExpiredToken"))
        .hasMessageContaining("cannot read s3://bucket/key")
        .hasMessageContaining("status 403 ExpiredToken (told)")
        .hasMessageContaining("expired");
    assertThat(failure(403, "AccessDenied")).hasMessageContaining("right to get");
    assertThat(failure(404, "NoSuchBucket")).hasMessageContaining("make the bucket");
    assertThat(failure(301, "PermanentRedirect")).hasMessageContaining("--region");
    assertThat(
            S3Errors.of(
                "read", "x", SdkClientException.create("Unable to load credentials from any")))
        .hasMessageContaining("AWS_PROFILE");
  }

  @Test
  void onlyWhatMayPassIsCalledRetryable() {
    assertThat(((BackendException) failure(503, "SlowDown").toStoreException()).retryable())
        .isTrue();
    assertThat(((BackendException) failure(403, "AccessDenied").toStoreException()).retryable())
        .isFalse();
  }
}
