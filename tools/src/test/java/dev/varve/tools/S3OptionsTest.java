package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.s3.S3Location;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class S3OptionsTest {
  private static S3Location location(Map<String, String> variables, String... args) {
    S3Options options = new S3Options();
    new CommandLine(
            CommandLine.Model.CommandSpec.create()
                .addMixin("s3", CommandLine.Model.CommandSpec.forAnnotatedObject(options)))
        .parseArgs(args);
    return options.location("s3://bucket/r", variables);
  }

  @Test
  void theCommandLineIsAskedBeforeTheEnvironment() {
    Map<String, String> variables =
        Map.of(
            "AWS_ENDPOINT_URL", "http://all:1",
            "AWS_ENDPOINT_URL_S3", "http://only-s3:2",
            "AWS_DEFAULT_REGION", "old-1",
            "AWS_REGION", "new-1");
    S3Location told = location(variables, "--endpoint", "http://here:3", "--region", "far-1");
    assertThat(told.endpoint().orElseThrow()).hasToString("http://here:3");
    assertThat(told.region()).contains("far-1");
    S3Location found = location(variables);
    assertThat(found.endpoint().orElseThrow()).hasToString("http://only-s3:2");
    assertThat(found.region()).contains("new-1");
    S3Location none = location(Map.of("AWS_ENDPOINT_URL", " "));
    assertThat(none.endpoint()).isEmpty();
    assertThat(none.region()).isEmpty();
  }

  @Test
  void aBucketIsInThePathWhereNoNameCanStandBeforeTheHost() {
    for (String local :
        new String[] {"http://127.0.0.1:9000", "http://localhost:9000", "http://[::1]:9000"}) {
      assertThat(location(Map.of(), "--endpoint", local).pathStyle()).as(local).isTrue();
    }
    String far = "https://s3.example.org";
    assertThat(location(Map.of(), "--endpoint", far).pathStyle()).isFalse();
    assertThat(location(Map.of(), "--endpoint", far, "--path-style").pathStyle()).isTrue();
    assertThat(location(Map.of()).pathStyle()).isFalse();
  }

  @Test
  void theSchemeHasNoCase() {
    assertThat(S3Options.isS3("S3://bucket/r")).isTrue();
    assertThat(S3Options.isS3("s3:/bucket")).isFalse();
    assertThat(S3Options.isS3("/s3://x")).isFalse();
    assertThat(new S3Options().location("S3://bucket/r", Map.of()).bucket()).isEqualTo("bucket");
  }
}
