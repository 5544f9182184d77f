package dev.varve.s3;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * Folders of numbered records. Immutable; thread-safe.
 *
 * @param bucket where they are
 * @param attempts how often to ask
 */
record Records(Bucket bucket, Attempts attempts) {
  private static final int PAGE = 1000;

  /**
   * The number of the newest record in a folder: one listing of one key, unless something else
   * stands before it. Servers upon file systems list the files of uploads that are under way.
   */
  OptionalLong newest(String folder) {
    Optional<String> after = Optional.empty();
    int max = 1;
    do {
      Optional<String> token = after;
      int size = max;
      Bucket.Page page = attempts.read(() -> bucket.list(folder, token, size, false));
      for (Bucket.Listed object : page.objects()) {
        OptionalLong number = S3Layout.numberOf(folder, object.key());
        if (number.isPresent()) {
          return number;
        }
      }
      after = page.next();
      max = PAGE;
    } while (after.isPresent());
    return OptionalLong.empty();
  }
}
