package dev.varve.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.server.Preconditions.Validators;
import dev.varve.server.Preconditions.Verdict;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreconditionsTest {
  /** Sun, 06 Nov 1994 08:49:37 GMT, and some milliseconds. */
  private static final long MODIFIED = 784_111_777_250L;

  private static final Validators FIXED = new Validators("\"aa\"", MODIFIED, true);
  private static final Validators MOVING = new Validators("\"aa\"", MODIFIED, false);

  private static Preconditions given(String... headers) {
    Map<String, String> map = new HashMap<>();
    for (int i = 0; i < headers.length; i += 2) {
      map.put(headers[i].toLowerCase(Locale.ROOT), headers[i + 1]);
    }
    return Preconditions.of(name -> map.get(name.toLowerCase(Locale.ROOT)));
  }

  @Test
  void withoutConditionsTheAnswerProceeds() {
    assertThat(given().judge(FIXED)).isEqualTo(Verdict.PROCEED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"aa\" | PROCEED",
        "* | PROCEED",
        "\"bb\", \"aa\" | PROCEED",
        "aa | PROCEED",
        "\"bb\" | FAILED",
        "W/\"aa\" | FAILED",
        "\"\" | FAILED",
        "\"a,a\" | FAILED",
      })
  void ifMatchComparesStrongly(String header, Verdict verdict) {
    assertThat(given("If-Match", header).judge(MOVING)).isEqualTo(verdict);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"aa\" | NOT_MODIFIED",
        "W/\"aa\" | NOT_MODIFIED",
        "* | NOT_MODIFIED",
        "\"bb\",W/\"cc\" , \"aa\" | NOT_MODIFIED",
        "\"bb\" | PROCEED",
        "\"\" | PROCEED",
      })
  void ifNoneMatchComparesWeakly(String header, Verdict verdict) {
    assertThat(given("If-None-Match", header).judge(MOVING)).isEqualTo(verdict);
  }

  @Test
  void ifMatchIsJudgedBeforeIfNoneMatch() {
    assertThat(given("If-Match", "\"bb\"", "If-None-Match", "\"aa\"").judge(FIXED))
        .isEqualTo(Verdict.FAILED);
    assertThat(given("If-Match", "\"aa\"", "If-None-Match", "\"aa\"").judge(FIXED))
        .isEqualTo(Verdict.NOT_MODIFIED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Sun, 06 Nov 1994 08:49:37 GMT | NOT_MODIFIED",
        "Sunday, 06-Nov-94 08:49:37 GMT | NOT_MODIFIED",
        "Sun Nov  6 08:49:37 1994 | NOT_MODIFIED",
        "Sun, 06 Nov 1994 08:49:38 GMT | NOT_MODIFIED",
        "Sun, 06 Nov 1994 08:49:36 GMT | PROCEED",
        "yesterday | PROCEED",
      })
  void ifModifiedSinceDecidesWhereTheContentIsFixed(String date, Verdict verdict) {
    assertThat(given("If-Modified-Since", date).judge(FIXED)).isEqualTo(verdict);
  }

  @Test
  void ifModifiedSinceDecidesNothingWhereTheContentMoves() {
    assertThat(given("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT").judge(MOVING))
        .isEqualTo(Verdict.PROCEED);
  }

  @Test
  void ifModifiedSinceIsPassedOverBesideIfNoneMatch() {
    assertThat(
            given("If-None-Match", "\"bb\"", "If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT")
                .judge(FIXED))
        .isEqualTo(Verdict.PROCEED);
  }

  @Test
  void ifUnmodifiedSinceFailsForWhatIsNewer() {
    assertThat(given("If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:36 GMT").judge(FIXED))
        .isEqualTo(Verdict.FAILED);
    assertThat(given("If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:37 GMT").judge(FIXED))
        .isEqualTo(Verdict.PROCEED);
  }

  @Test
  void ifUnmodifiedSinceIsPassedOverBesideIfMatch() {
    assertThat(
            given("If-Match", "\"aa\"", "If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:36 GMT")
                .judge(FIXED))
        .isEqualTo(Verdict.PROCEED);
  }

  @Test
  void aRangeCountsOnlyForExactlyWhatIfRangeNames() {
    assertThat(given().rangeCounts(MOVING)).isTrue();
    assertThat(given("If-Range", "\"aa\"").rangeCounts(MOVING)).isTrue();
    assertThat(given("If-Range", "W/\"aa\"").rangeCounts(MOVING)).isFalse();
    assertThat(given("If-Range", "\"bb\"").rangeCounts(MOVING)).isFalse();
    assertThat(given("If-Range", "Sun, 06 Nov 1994 08:49:37 GMT").rangeCounts(FIXED)).isTrue();
    assertThat(given("If-Range", "Sun, 06 Nov 1994 08:49:38 GMT").rangeCounts(FIXED)).isFalse();
    assertThat(given("If-Range", "Sun, 06 Nov 1994 08:49:37 GMT").rangeCounts(MOVING)).isFalse();
    assertThat(given("If-Range", "nonsense").rangeCounts(FIXED)).isFalse();
  }
}
