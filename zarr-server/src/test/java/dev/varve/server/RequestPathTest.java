package dev.varve.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestPathTest {
  @ParameterizedTest
  @CsvSource({
    "%41, A",
    "%2541, %41",
    "%252e%252e, %2e%2e",
    "a+b, a+b",
    "a%20b, a b",
    "%C3%A9, \u00e9",
    "\u00e9, \u00e9",
    "%F0%9F%8C%8A, \uD83C\uDF0A",
    "a;b=c, a;b=c",
    "%2F, /",
  })
  void decodesOnce(String raw, String decoded) {
    assertThat(RequestPath.decode(raw)).isEqualTo(decoded);
  }

  @ParameterizedTest
  @ValueSource(strings = {"%", "%4", "%zz", "%C3", "%C3%28", "%ED%A0%80", "%C0%AF", "a%"})
  void refusesWhatIsNoEncodingOfUtf8(String raw) {
    assertThatThrownBy(() -> RequestPath.parse("/x/" + raw))
        .isInstanceOfSatisfying(
            HttpFailure.class, failure -> assertThat(failure.problem().status()).isEqualTo(400));
  }

  @Test
  void splitsBeforeItDecodes() {
    RequestPath path = RequestPath.parse("/ocean/@ingest%2F2026/a/b/");

    assertThat(path.segments()).containsExactly("ocean", "@ingest/2026", "a", "b");
    assertThat(path.directory()).isTrue();
    assertThat(path.from(2)).isEqualTo("a/b");
  }

  @Test
  void severalSlashesCountAsOne() {
    assertThat(RequestPath.parse("//ocean///@main//a"))
        .isEqualTo(new RequestPath(List.of("ocean", "@main", "a"), false));
  }

  @Test
  void dotsAreSegmentsLikeAnyOther() {
    assertThat(RequestPath.parse("/ocean/@main/../..").segments())
        .containsExactly("ocean", "@main", "..", "..");
  }

  @Test
  void theRootHasNoSegments() {
    assertThat(RequestPath.parse("/")).isEqualTo(new RequestPath(List.of(), true));
  }

  @Test
  void refusesPathsThatAreTooLong() {
    assertThatThrownBy(() -> RequestPath.parse("/" + "a".repeat(RequestPath.MAX_LENGTH)))
        .isInstanceOfSatisfying(
            HttpFailure.class, failure -> assertThat(failure.problem().status()).isEqualTo(414));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a b", "100%", "a?b#c", "\u00e9", "a:b", "x&y=<z>'\"", "\uD83C\uDF0A", "@{}~"})
  void whatIsEncodedDecodesToItself(String text) {
    assertThat(RequestPath.encode(text)).matches("[A-Za-z0-9._~%-]*");
    assertThat(RequestPath.decode(RequestPath.encode(text))).isEqualTo(text);
    assertThat(RequestPath.parse("/" + RequestPath.encodePath("p/" + text + "/q")).from(0))
        .isEqualTo("p/" + text + "/q");
  }
}
