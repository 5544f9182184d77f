package dev.varve.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.error.InvalidNameException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class S3LocationTest {
  private static S3Location parse(String url) {
    return S3Location.parse(url, Optional.empty(), Optional.empty(), false);
  }

  @Test
  void bucketAndPrefixAreParted() {
    assertThat(parse("s3://bucket/a/b").bucket()).isEqualTo("bucket");
    assertThat(parse("s3://bucket/a/b").prefix()).isEqualTo("a/b/");
    assertThat(parse("s3://bucket/a/b/")).isEqualTo(parse("s3://bucket/a/b"));
    assertThat(parse("s3://bucket").prefix()).isEmpty();
    assertThat(parse("s3://bucket/")).isEqualTo(parse("s3://bucket"));
    assertThat(parse("s3://bucket/a/b")).hasToString("s3://bucket/a/b");
  }

  @Test
  void endpointIsKeptAndNamed() {
    S3Location location =
        S3Location.parse(
            "s3://bucket/x", Optional.of("http://localhost:9000"), Optional.of("eu-1"), true);

    assertThat(location.endpoint().orElseThrow().getPort()).isEqualTo(9000);
    assertThat(location).hasToString("s3://bucket/x (at http://localhost:9000)");
  }

  @Test
  void whatServersReadDifferentlyIsRefused() {
    for (String each :
        new String[] {
          "http://bucket/x",
          "s3://",
          "s3:///x",
          "s3://b",
          "s3://bucket//x",
          "s3://bucket/a//b",
          "s3://bucket/../x",
          "s3://bucket/.",
          "s3://bucket/a b",
          "s3://bucket/\u00e9",
          "s3://bucket/" + "n".repeat(201)
        }) {
      assertThatThrownBy(() -> parse(each)).as(each).isInstanceOf(InvalidNameException.class);
    }
    for (String each : new String[] {"localhost:9000", "ftp://x", "http://", "http://a b"}) {
      assertThatThrownBy(
              () -> S3Location.parse("s3://bucket", Optional.of(each), Optional.empty(), true))
          .as(each)
          .isInstanceOf(InvalidNameException.class);
    }
  }
}
