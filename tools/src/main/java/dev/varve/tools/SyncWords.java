package dev.varve.tools;

import dev.varve.sync.SyncReport;
import dev.varve.sync.SyncState;

/** What a copy says to people. */
final class SyncWords {
  private static final double SECOND_NANOS = 1e9;

  private SyncWords() {}

  /** How far it is: objects, bytes, rate, and how long it may still take. */
  static String far(SyncState state, long nanos) {
    double seconds = nanos / SECOND_NANOS;
    StringBuilder words =
        new StringBuilder(Words.count(state.objects(), "object"))
            .append(", ")
            .append(Words.size(state.bytes()));
    if (seconds > 0) {
      words.append(", ").append(Words.size((long) (state.bytes() / seconds))).append("/s");
    }
    if (state.present() > 0) {
      words.append(", ").append(Words.size(state.presentBytes())).append(" were there");
    }
    double share = state.share();
    if (state.expectedBytes() > 0 && share > 0) {
      words.append(", ").append((int) (100 * share)).append(" %");
      if (share < 1) {
        words.append(", about ").append(left((1 - share) / share * seconds)).append(" left");
      }
    }
    return words.toString();
  }

  /** A time as people say it; estimates are not told to the second. */
  static String left(double seconds) {
    long whole = (long) Math.ceil(seconds);
    if (whole < 60) {
      return whole + " s";
    }
    return whole < 3600
        ? (whole + 30) / 60 + " min"
        : whole / 3600 + " h " + whole % 3600 / 60 + " min";
  }

  /** What was copied, or would be. */
  static String done(SyncReport report, boolean dryRun) {
    if (report.moves().isEmpty()) {
      return "nothing to copy: the refs are equal";
    }
    String copied =
        (dryRun ? "would copy " : "copied ")
            + Words.count(report.commits(), "commit")
            + ", "
            + Words.count(report.objects(), "object")
            + ", "
            + Words.size(report.bytes());
    if (report.reused() == 0) {
      return copied;
    }
    long all = report.bytes() + report.reusedBytes();
    return copied
        + "; "
        + Words.count(report.reused(), "object")
        + ", "
        + Words.size(report.reusedBytes())
        + (all == 0 ? "" : " (" + 100 * report.reusedBytes() / all + " %)")
        + ", "
        + (report.reused() == 1 ? "was" : "were")
        + " there already";
  }
}
