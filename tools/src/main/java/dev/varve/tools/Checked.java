package dev.varve.tools;

import java.util.Locale;

/**
 * What one check of a place showed. Immutable.
 *
 * @param check a stable word for programs
 * @param verdict what it means
 * @param words the same for people
 */
record Checked(String check, Verdict verdict, String words) {
  /** What a check means for a repository. */
  enum Verdict {
    /** It works. */
    GOOD,
    /** It cannot be told, or matters to nobody's data. */
    NOTE,
    /** Something is lost, or may be one day. */
    WARNING,
    /** Commits or data would be lost, or nothing works. */
    UNSAFE;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
