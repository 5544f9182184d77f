package dev.varve.tools;

import dev.varve.sync.SyncReport;
import java.util.Optional;

/** About what a copy asks of the buckets at its ends. */
final class TransferCost {
  /** Names in one page of a listing. */
  private static final long PAGE = 1000;

  /** Who makes a ref lists all others first: whatever they reach need not be sent. */
  private static final long LISTING_REFS = 3;

  /** A ref that is made is opened by a record of its own, between looks for a collection. */
  private static final long MAKING_A_REF = 4;

  private TransferCost() {}

  /** The estimate for a copy that was only looked at, or empty where neither end is a bucket. */
  static Optional<S3Cost> of(SyncReport report, boolean fromS3, boolean toS3) {
    if (!fromS3 && !toS3) {
      return Optional.empty();
    }
    long refs = report.moves().size();
    long small = report.objects() - report.large();
    S3Cost cost = S3Cost.NONE;
    if (toS3) {
      // The objects and the ref records; of each ref its newest number, and perhaps a listing of
      // all names. The configuration, each ref's record, and the names asked for one by one; what
      // goes in parts is asked for once more.
      long pages = report.listed() > 0 ? 1 + report.listed() / PAGE : 0;
      long made = report.moves().stream().filter(move -> move.from().isEmpty()).count();
      cost =
          cost.plus(
              new S3Cost(
                  small
                      + S3Cost.writesOfLarge(report.large(), report.largeBytes())
                      + 2 * refs
                      + (made > 0 ? LISTING_REFS + MAKING_A_REF * made : 0)
                      + pages,
                  1 + refs + report.asked() + report.large(),
                  report.bytes(),
                  0));
    }
    if (fromS3) {
      // Two listings of refs, and each ref's newest number. The configuration, each ref's record,
      // the objects, and the commits once more, since history is read before anything is sent.
      cost =
          cost.plus(
              new S3Cost(
                  2 + refs,
                  1
                      + refs
                      + small
                      + S3Cost.readsOfLarge(report.large(), report.largeBytes())
                      + report.commits(),
                  0,
                  report.bytes()));
    }
    return Optional.of(cost);
  }
}
