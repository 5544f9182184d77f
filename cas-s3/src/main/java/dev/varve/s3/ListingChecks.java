package dev.varve.s3;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Checks of listings: the newest record of a ref is the first key of one. One thread.
 *
 * @param created is told every key before it is written
 */
record ListingChecks(Probe probe, Attempts attempts, String folder, Consumer<String> created) {
  /** In the order of bytes, which is neither that of a dictionary nor that of their making. */
  private static final List<String> ORDERED =
      List.of("%41", "-", "0", "9", "A", "Z", "_", "a", "a-", "a.b", "a0", "b");

  private static final int RECORDS = 6;

  void run(Consumer<S3Finding> found) {
    ObjectChecks.guard("list-newest", S3Finding.Verdict.UNSAFE, found, this::newest);
    ObjectChecks.guard("list-order", S3Finding.Verdict.UNSAFE, found, this::order);
  }

  private void create(String key) {
    created.accept(key);
    // A name of this run alone: that it is there means that an attempt before had worked.
    new ConditionalWrite(attempts)
        .write(
            () -> probe.bucket().create(key, new byte[] {1}),
            () ->
                probe.bucket().length(key).isPresent()
                    ? ConditionalWrite.Look.OURS
                    : ConditionalWrite.Look.NOTHING);
  }

  /** As a ref's records are written and the newest is found. */
  private S3Finding newest() {
    String records = folder + "records/";
    for (int number = 1; number <= RECORDS; number++) {
      String key = records + HexFormat.of().toHexDigits(~(long) number);
      create(key);
      List<Bucket.Listed> first =
          attempts.repeat(() -> probe.bucket().list(records, Optional.empty(), 1, false)).objects();
      if (first.isEmpty() || !first.get(0).key().equals(key)) {
        return S3Finding.unsafe(
            "list-newest",
            "a listing of one key right after a write does not show the newest record: branches"
                + " would be read as they were");
      }
    }
    return S3Finding.good("list-newest", "a listing shows what was just written, and first");
  }

  private S3Finding order() {
    String names = folder + "names/";
    // Written in another order, so that an order of making is no help.
    for (int i = 0; i < ORDERED.size(); i++) {
      create(names + ORDERED.get(i * 5 % ORDERED.size()));
    }
    List<String> expected = ORDERED.stream().map(name -> names + name).toList();
    List<String> all = new ArrayList<>();
    Optional<String> after = Optional.empty();
    int pages = 0;
    do {
      Optional<String> token = after;
      Bucket.Page page = attempts.repeat(() -> probe.bucket().list(names, token, 5, false));
      page.objects().forEach(each -> all.add(each.key()));
      after = page.next();
    } while (after.isPresent() && ++pages < ORDERED.size());
    if (!all.equals(expected)) {
      return S3Finding.unsafe(
          "list-order",
          all.containsAll(expected)
              ? "listings are not in the order of bytes: the newest record of a ref is not found"
              : "a listing by pages shows " + all.size() + " of " + expected.size() + " objects");
    }
    List<String> behind =
        attempts.repeat(() -> probe.listAfter(names, expected.get(3), ORDERED.size()));
    return behind.equals(expected.subList(4, expected.size()))
        ? S3Finding.good("list-order", "listings are whole, in the order of bytes, by pages too")
        : S3Finding.note("list-order", "listings are in order; start-after is not obeyed");
  }
}
