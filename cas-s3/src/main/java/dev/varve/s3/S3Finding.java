package dev.varve.s3;

/**
 * What one check of a bucket showed. Immutable.
 *
 * @param check a stable word for programs
 * @param verdict what it means for a repository
 * @param words the same for people, a whole sentence without its full stop
 */
public record S3Finding(String check, Verdict verdict, String words) {
  /** What a check means for a repository. */
  public enum Verdict {
    /** It works. */
    GOOD,
    /** It differs from S3, or cannot be told, and nothing is lost by it. */
    NOTE,
    /** Something is lost, or may be one day. */
    WARNING,
    /** Commits or data would be lost. */
    UNSAFE
  }

  static S3Finding good(String check, String words) {
    return new S3Finding(check, Verdict.GOOD, words);
  }

  static S3Finding note(String check, String words) {
    return new S3Finding(check, Verdict.NOTE, words);
  }

  static S3Finding warning(String check, String words) {
    return new S3Finding(check, Verdict.WARNING, words);
  }

  static S3Finding unsafe(String check, String words) {
    return new S3Finding(check, Verdict.UNSAFE, words);
  }
}
