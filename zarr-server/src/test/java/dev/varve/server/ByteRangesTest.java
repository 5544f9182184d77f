package dev.varve.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.server.ByteRanges.Selection;
import dev.varve.server.ByteRanges.Span;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRangesTest {
  private static final Selection WHOLE = new Selection.Whole();

  @ParameterizedTest
  @CsvSource({
    "bytes=0-0, 0, 0",
    "bytes=0-499, 0, 499",
    "bytes=500-999, 500, 999",
    "bytes=500-, 500, 999",
    "bytes=999-, 999, 999",
    "bytes=-1, 999, 999",
    "bytes=-260, 740, 999",
    "bytes=-1000, 0, 999",
    "bytes=-5000, 0, 999",
    "bytes=0-16383, 0, 999",
    "bytes=990-99999999999999999999999999, 990, 999",
    "Bytes=-260, 740, 999",
    "BYTES=1-2, 1, 2",
    "'bytes= 3-4 ', 3, 4",
    "'bytes=,3-4,', 3, 4",
  })
  void oneRangeIsCutToTheValue(String header, long first, long last) {
    assertThat(ByteRanges.select(header, 1000))
        .isEqualTo(new Selection.Parts(List.of(new Span(first, last))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "bytes",
        "bytes=",
        "bytes=,",
        "bytes=x-1",
        "bytes=1-x",
        "bytes=-",
        "bytes=5-4",
        "bytes=1",
        "bytes=--1",
        "bytes=+1-2",
        "bytes=1-2,x",
        "items=0-1",
        "0-1",
        "bytes=1 -2",
        "bytes=0x1-2"
      })
  void whatIsMalformedOrOfAnotherUnitIsIgnored(String header) {
    assertThat(ByteRanges.select(header, 1000)).isEqualTo(WHOLE);
  }

  @Test
  void withoutAHeaderAllIsSent() {
    assertThat(ByteRanges.select(null, 1000)).isEqualTo(WHOLE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes=1000-", "bytes=1000-2000", "bytes=-0", "bytes=5000-,-0"})
  void nothingInsideIsUnsatisfiable(String header) {
    assertThat(ByteRanges.select(header, 1000)).isEqualTo(new Selection.Unsatisfiable());
  }

  @Test
  void severalRangesStayInTheOrderAsked() {
    assertThat(ByteRanges.select("bytes=-2, 5-6 ,0-0", 1000))
        .isEqualTo(
            new Selection.Parts(List.of(new Span(998, 999), new Span(5, 6), new Span(0, 0))));
  }

  @Test
  void unsatisfiableOnesAmongSeveralAreLeftOut() {
    assertThat(ByteRanges.select("bytes=0-1,2000-3000", 1000))
        .isEqualTo(new Selection.Parts(List.of(new Span(0, 1))));
  }

  @Test
  void rangesThatAddUpToMoreThanTheValueAreIgnored() {
    assertThat(ByteRanges.select("bytes=0-999,0-999", 1000)).isEqualTo(WHOLE);
    assertThat(ByteRanges.select("bytes=0-,-1000", 1000)).isEqualTo(WHOLE);
  }

  @Test
  void tooManyRangesAreIgnored() {
    String many = "bytes=" + "0-0,".repeat(ByteRanges.MAX_RANGES + 1);

    assertThat(ByteRanges.select(many, 1000)).isEqualTo(WHOLE);
  }

  @Test
  void anEmptyValueHasNoBytesToBeginWithButAnEmptySuffix() {
    assertThat(ByteRanges.select("bytes=0-", 0)).isEqualTo(new Selection.Unsatisfiable());
    assertThat(ByteRanges.select("bytes=-5", 0)).isEqualTo(WHOLE);
    assertThat(ByteRanges.select("bytes=-0", 0)).isEqualTo(new Selection.Unsatisfiable());
  }
}
