package dev.varve.server;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The conditions of a GET or HEAD, judged in the order of RFC 9110 section 13.2.2. Immutable.
 *
 * <p>Dates decide only where the URL always has the same content. A branch may move twice within a
 * second, or back to an older commit, and then an equal or older date proves nothing; such a
 * condition is not met, and the client is sent what there is now.
 */
record Preconditions(
    @Nullable String ifMatch,
    @Nullable String ifUnmodifiedSince,
    @Nullable String ifNoneMatch,
    @Nullable String ifModifiedSince,
    @Nullable String ifRange) {
  /** What the conditions come to. */
  enum Verdict {
    /** Answer as if there were none. */
    PROCEED,
    /** 304: the client has it. */
    NOT_MODIFIED,
    /** 412: it is not what the client means. */
    FAILED
  }

  /**
   * What the server would send.
   *
   * @param tag the strong entity tag, quoted
   * @param modifiedMillis when it was last modified, in milliseconds since 1970 UTC
   * @param immutable whether the URL never has other content
   */
  record Validators(String tag, long modifiedMillis, boolean immutable) {
    private long modifiedSeconds() {
      return Math.floorDiv(modifiedMillis, 1000L);
    }
  }

  /** The conditions in a request's headers; the function gives a header's value by name. */
  static Preconditions of(Function<String, @Nullable String> header) {
    return new Preconditions(
        header.apply("If-Match"),
        header.apply("If-Unmodified-Since"),
        header.apply("If-None-Match"),
        header.apply("If-Modified-Since"),
        header.apply("If-Range"));
  }

  /** Judges all but If-Range. */
  Verdict judge(Validators now) {
    if (ifMatch != null) {
      if (!EntityTags.parse(ifMatch).matchStrongly(now.tag())) {
        return Verdict.FAILED;
      }
    } else if (ifUnmodifiedSince != null) {
      long since = HttpDates.seconds(ifUnmodifiedSince);
      if (since >= 0 && now.modifiedSeconds() > since) {
        return Verdict.FAILED;
      }
    }
    if (ifNoneMatch != null) {
      return EntityTags.parse(ifNoneMatch).matchWeakly(now.tag())
          ? Verdict.NOT_MODIFIED
          : Verdict.PROCEED;
    }
    if (ifModifiedSince != null && now.immutable()) {
      long since = HttpDates.seconds(ifModifiedSince);
      return since >= 0 && now.modifiedSeconds() <= since ? Verdict.NOT_MODIFIED : Verdict.PROCEED;
    }
    return Verdict.PROCEED;
  }

  /** Whether a Range header counts: there is no If-Range, or it names exactly what is there. */
  boolean rangeCounts(Validators now) {
    if (ifRange == null) {
      return true;
    }
    String given = ifRange.strip();
    if (given.startsWith("\"") || given.startsWith("W/")) {
      return !given.equals("*") && EntityTags.parse(given).matchStrongly(now.tag());
    }
    return now.immutable() && HttpDates.seconds(given) == now.modifiedSeconds();
  }
}
