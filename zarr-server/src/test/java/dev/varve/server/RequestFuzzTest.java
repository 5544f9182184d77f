package dev.varve.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.testkit.Fuzz;
import dev.varve.testkit.FuzzTarget;
import org.junit.jupiter.api.Test;

/** Any text as what a request carries. */
class RequestFuzzTest {
  private static final long LENGTH = 1_000_000;

  @Test
  void pathsAreRefusedOrEncodeToWhatReadsTheSame() throws InterruptedException {
    FuzzTarget target =
        FuzzTarget.ofText(
                "request path",
                text -> {
                  RequestPath path = RequestPath.parse(text);
                  for (String segment : path.segments()) {
                    boolean halved = segment.chars().anyMatch(c -> Character.isSurrogate((char) c));
                    if (!halved
                        && !RequestPath.decode(RequestPath.encode(segment)).equals(segment)) {
                      throw new AssertionError("a segment reads otherwise: " + segment);
                    }
                  }
                },
                HttpFailure.class)
            .seeded("/", "/main/air/c/0/0", "/a%2Fb/%C3%A9/..%2f", "/@abc/x/")
            .speaking("%", "%2F", "%00", "%C3%A9", "%ED%A0%80", "/", "//", "..", "%c0%ae", "?");
    assertThat(Fuzz.run(target)).containsKey("accepted").hasSizeGreaterThan(3);
  }

  @Test
  void rangesAreIgnoredOrLieWithinTheValue() throws InterruptedException {
    FuzzTarget target =
        FuzzTarget.ofText(
                "range header",
                text -> {
                  if (ByteRanges.select(text, LENGTH) instanceof ByteRanges.Selection.Parts some) {
                    if (some.spans().isEmpty() || some.spans().size() > ByteRanges.MAX_RANGES) {
                      throw new AssertionError(some.spans().size() + " ranges");
                    }
                    for (ByteRanges.Span span : some.spans()) {
                      if (span.first() < 0 || span.first() > span.last() || span.last() >= LENGTH) {
                        throw new AssertionError("outside of the value: " + span);
                      }
                    }
                  }
                })
            .seeded("bytes=0-99", "bytes=-5", "bytes=7-", "bytes=0-0,5-9, -1", "BYTES =1-2")
            .speaking("bytes=", "-", ",", "=", " ", "9223372036854775807", "99999999999999999999");
    Fuzz.run(target);
  }

  @Test
  void queriesTagsAndDatesAreReadOrIgnored() throws InterruptedException {
    FuzzTarget query =
        FuzzTarget.ofText(
                "query", text -> Query.parse(text).number("n", 1, 0, 100), HttpFailure.class)
            .seeded("n=5&path=a%20b", "n=&n=7", "a=1&b", "n=%zz")
            .speaking("n=", "&", "=", "%", "+", "%25", "-1", "99999999999");
    assertThat(Fuzz.run(query)).containsKey("accepted");
    FuzzTarget tags =
        FuzzTarget.ofText(
                "entity tags",
                text -> {
                  EntityTags read = EntityTags.parse(text);
                  read.matchStrongly("\"a\"");
                  read.matchWeakly("\"a\"");
                })
            .seeded("\"a\", W/\"b\"", "*", "bare, \"open")
            .speaking("\"", "W/", ",", "*", " ");
    Fuzz.run(tags);
    FuzzTarget dates =
        FuzzTarget.ofText("date", HttpDates::seconds)
            .seeded("Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT")
            .speaking("GMT", "Sun", "-", ":", " ", "99999999999");
    Fuzz.run(dates);
  }
}
