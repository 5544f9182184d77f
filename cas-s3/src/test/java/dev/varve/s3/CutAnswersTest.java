package dev.varve.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * An answer that breaks off proves nothing, wherever it breaks: it is never taken for another
 * answer, and the failure is one after which the request is sent again.
 */
class CutAnswersTest {
  private static final String PAGE =
      "<?xml version=\"1.0\"?><ListBucketResult><Name>b</Name><Prefix>refs/</Prefix>"
          + "<KeyCount>1</KeyCount><MaxKeys>1</MaxKeys><IsTruncated>false</IsTruncated><Contents>"
          + "<Key>refs/1</Key><Size>77</Size></Contents></ListBucketResult>";
  private static final String ETAG = "ETag: \"0123456789abcdef0123456789abcdef\"\r\n";

  private final CannedServer server = new CannedServer();
  private final AwsBucket bucket =
      new TestServer(server.endpoint(), "tester", "not-a-secret").requests("bucket");

  @AfterEach
  void close() {
    bucket.close();
    server.close();
  }

  /** All beginnings of an answer give the whole answer's meaning, or a failure that passes. */
  private <R> void cut(byte[] answer, Supplier<R> request) {
    server.answer(answer);
    R whole = request.get();
    for (int length = 0; length < answer.length; length++) {
      server.answer(Arrays.copyOf(answer, length));
      R told;
      try {
        told = request.get();
      } catch (S3Failure failed) {
        assertThat(failed.passing()).as("after %s bytes: %s", length, failed).isTrue();
        continue;
      }
      assertThat(told).as("after %s bytes", length).isEqualTo(whole);
    }
  }

  private static byte[] head(long length) {
    return ("HTTP/1.1 200 OK\r\n" + ETAG + "Content-Length: " + length + "\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void answerToALookIsNotTakenForAbsence() {
    cut(head(7), () -> bucket.length("k"));
    assertThat(bucket.length("k")).isEqualTo(OptionalLong.of(7));
  }

  @Test
  void answerToALookForAChecksumIsNotTakenForAnEmptyObject() {
    cut(head(7), () -> bucket.head("k"));
    assertThat(bucket.head("k").orElseThrow().length()).isEqualTo(7);
  }

  @Test
  void listingIsNotTakenForAnEmptyOne() {
    cut(
        CannedServer.message("200 OK", "Content-Type: application/xml\r\n", PAGE),
        () -> bucket.list("refs/", Optional.empty(), 1, false));
  }

  @Test
  void valueIsNotTakenForAShorterOne() {
    byte[] answer =
        CannedServer.message(
            "206 Partial Content", "Content-Range: bytes 0-9/4711\r\n", "0123456789");
    cut(answer, () -> bucket.get("k", 0, 10));
  }

  @Test
  void rangeThatBreaksOffBehindTheLengthIsNoRange() {
    byte[] answer =
        ("HTTP/1.1 206 Partial Content\r\nContent-Length: 10\r\nContent-Range: bytes 0-9/4711\r\n\r\n"
                + "0123456789")
            .getBytes(StandardCharsets.US_ASCII);
    cut(answer, () -> bucket.get("k", 0, 10));
  }

  @Test
  void wholeValueInsteadOfARangeIsNotTakenForAShorterOne() {
    cut(CannedServer.message("200 OK", ETAG, "0123456789"), () -> bucket.get("k", 2, 5));
  }

  @Test
  void uploadInPartsBeginsWithAnId() {
    String body =
        "<?xml version=\"1.0\"?><InitiateMultipartUploadResult><Bucket>b</Bucket><Key>k</Key>"
            + "<UploadId>id-4711</UploadId></InitiateMultipartUploadResult>";
    cut(CannedServer.message("200 OK", "", body), () -> bucket.beginParts("k"));
  }

  @Test
  void partIsKnownByItsWholeTag() {
    cut(
        CannedServer.message("200 OK", ETAG, ""),
        () -> bucket.putPart("k", "id", 1, new byte[100]).etag());
  }

  @Test
  void partsAreJoinedOnlyWhereTheAnswerSaysSo() {
    String body =
        "<?xml version=\"1.0\"?><CompleteMultipartUploadResult><Bucket>b</Bucket><Key>k</Key>"
            + "<ETag>\"e\"</ETag></CompleteMultipartUploadResult>";
    cut(
        CannedServer.message("200 OK", "", body),
        () -> {
          bucket.joinParts("k", "id", List.of(new Bucket.Part(1, "\"e\"", "")));
          return true;
        });
    String error =
        "<?xml version=\"1.0\"?><Error><Code>InternalError</Code><Message>try again</Message></Error>";
    server.answer(CannedServer.message("200 OK", "", error));
    assertThat(joined()).isFalse();
    server.answer(CannedServer.message("200 OK", "", ""));
    assertThat(joined()).isFalse();
  }

  private boolean joined() {
    try {
      bucket.joinParts("k", "id", List.of(new Bucket.Part(1, "\"e\"", "")));
      return true;
    } catch (S3Failure failed) {
      assertThat(failed.passing()).isTrue();
      return false;
    }
  }

  @Test
  void refusalToCreateIsNotTakenForSuccess() {
    String body =
        "<?xml version=\"1.0\"?><Error><Code>PreconditionFailed</Code><Message>no</Message></Error>";
    cut(
        CannedServer.message("412 Precondition Failed", "", body),
        () -> {
          try {
            bucket.create("k", new byte[10]);
            return "created";
          } catch (S3Failure failed) {
            if (failed.kind() == S3Failure.Kind.TAKEN) {
              return "taken";
            }
            throw failed;
          }
        });
  }
}
