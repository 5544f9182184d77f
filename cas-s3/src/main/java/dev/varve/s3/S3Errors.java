package dev.varve.s3;

import java.io.IOException;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;

/** What S3's answers mean, in one place. */
final class S3Errors {
  private static final String NO_CREDENTIALS =
      "Unable to load credentials from any of the providers in the chain";

  private S3Errors() {}

  /** Whether the answer says that the object, and not the bucket, is absent. */
  static boolean absent(AwsServiceException answer) {
    return answer.statusCode() == 404 && !code(answer).equals("NoSuchBucket");
  }

  /**
   * Whether the answer says that the credentials had expired, or may say so: an answer to HEAD has
   * no words.
   */
  static boolean expired(AwsServiceException answer) {
    return switch (code(answer)) {
      case "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired" -> true;
      case "", "403", "Forbidden" -> answer.statusCode() == 403;
      default -> false;
    };
  }

  /**
   * The failure behind an exception of the SDK.
   *
   * @param operation what was tried, as in "read"
   * @param thing the object's place, for the message
   */
  static S3Failure of(String operation, String thing, SdkException failed) {
    String what = "cannot " + operation + " " + thing + ": ";
    if (failed instanceof AwsServiceException answer) {
      S3Failure.Kind kind = kind(answer.statusCode(), code(answer));
      return new S3Failure(kind, what + told(answer) + advice(answer), failed);
    }
    String said = String.valueOf(failed.getMessage());
    if (failed instanceof SdkClientException && said.contains("credentials")) {
      return new S3Failure(S3Failure.Kind.REFUSED, what + credentials(said), failed);
    }
    return new S3Failure(
        S3Failure.Kind.UNANSWERED, what + "no answer (" + said + "); is it reachable?", failed);
  }

  /** The SDK lists every place that it looked in, in a thousand characters. */
  private static String credentials(String said) {
    return (said.startsWith(NO_CREDENTIALS)
            ? "there are no credentials, neither in the environment nor in the profile nor of this"
                + " machine's role"
            : said)
        + "; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE";
  }

  /** The failure behind a body that broke off. */
  static S3Failure of(String operation, String thing, IOException broken) {
    return new S3Failure(
        S3Failure.Kind.UNANSWERED,
        "cannot " + operation + " " + thing + ": the answer broke off (" + broken + ")",
        broken);
  }

  /** What a status and S3's code beside it prove. */
  static S3Failure.Kind kind(int status, String code) {
    return switch (status) {
      case 412 -> S3Failure.Kind.TAKEN;
      case 409 -> S3Failure.Kind.CONTENDED;
      case 404 -> code.equals("NoSuchUpload") ? S3Failure.Kind.GONE : S3Failure.Kind.REFUSED;
      // S3 answers 200 before it joins parts, and may then say that it failed.
      case 200, 408, 429, 500, 502, 503, 504 -> S3Failure.Kind.BUSY;
      // S3 says so where a body was late, and where it was damaged on the way.
      case 400 ->
          code.equals("RequestTimeout") || code.equals("BadDigest")
              ? S3Failure.Kind.BUSY
              : S3Failure.Kind.REFUSED;
      // No status at all: the first line of the answer broke off.
      default -> status < 100 || status > 599 ? S3Failure.Kind.UNANSWERED : S3Failure.Kind.REFUSED;
    };
  }

  private static String code(AwsServiceException answer) {
    return answer.awsErrorDetails() == null || answer.awsErrorDetails().errorCode() == null
        ? ""
        : answer.awsErrorDetails().errorCode();
  }

  private static String told(AwsServiceException answer) {
    String code = code(answer);
    String message =
        answer.awsErrorDetails() == null || answer.awsErrorDetails().errorMessage() == null
            ? ""
            : answer.awsErrorDetails().errorMessage();
    return "status "
        + answer.statusCode()
        + (code.isEmpty() ? "" : " " + code)
        + (message.isEmpty() ? "" : " (" + message + ")");
  }

  /** The bucket's region with a blank before it, where the answer tells it. */
  private static String region(AwsServiceException answer) {
    return answer.awsErrorDetails() == null || answer.awsErrorDetails().sdkHttpResponse() == null
        ? ""
        : answer
            .awsErrorDetails()
            .sdkHttpResponse()
            .firstMatchingHeader("x-amz-bucket-region")
            .map(name -> " " + name)
            .orElse("");
  }

  private static String advice(AwsServiceException answer) {
    return switch (code(answer)) {
      case "NoSuchBucket" -> "; make the bucket first";
      case "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "InvalidToken" ->
          "; the credentials have expired: get new ones and run it again";
      case "InvalidAccessKeyId", "SignatureDoesNotMatch" -> "; check the access key and its secret";
      case "RequestTimeTooSkewed" -> "; set this machine's clock";
      case "PermanentRedirect",
          "AuthorizationHeaderMalformed",
          "IllegalLocationConstraintException" ->
          "; the bucket is in another region: name it with --region" + region(answer);
      default ->
          switch (answer.statusCode()) {
            case 301, 307 ->
                region(answer).isEmpty()
                    ? "; the bucket is elsewhere: check --region and --endpoint"
                    : "; name the bucket's region with --region" + region(answer);
            case 403 ->
                "; the credentials need the right to get, put and list objects there"
                    + (expired(answer) ? ", or have expired: get new ones" : "");
            case 404 -> "; check the bucket and --endpoint";
            case 501 -> "; this server lacks what Varve needs";
            default -> "";
          };
    };
  }
}
