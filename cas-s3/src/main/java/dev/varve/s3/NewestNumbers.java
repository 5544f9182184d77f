package dev.varve.s3;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The newest numbers of the refs below a folder, as far as one page of a listing tells them: of a
 * ref that the page ends within it tells the newest, too, since that comes first. Immutable.
 *
 * @param numbers by the refs' folders, in the order of the listing
 * @param all whether there are no others
 */
record NewestNumbers(Map<String, Long> numbers, boolean all) {
  private static final int PAGE = 1000;

  /** Asks for one page. */
  static NewestNumbers below(String folder, Bucket bucket, Attempts attempts) {
    Bucket.Page page = attempts.read(() -> bucket.list(folder, Optional.empty(), PAGE, false));
    Map<String, Long> numbers = new LinkedHashMap<>();
    for (Bucket.Listed object : page.objects()) {
      String of = object.key().substring(0, object.key().lastIndexOf('/') + 1);
      OptionalLong number = S3Layout.numberOf(of, object.key());
      if (number.isPresent()) {
        numbers.merge(of, number.getAsLong(), Math::max);
      }
    }
    return new NewestNumbers(numbers, page.next().isEmpty());
  }

  /** The newest number of a ref, or empty where the page does not tell it. */
  OptionalLong of(String folder) {
    Long number = numbers.get(folder);
    return number == null ? OptionalLong.empty() : OptionalLong.of(number);
  }
}
