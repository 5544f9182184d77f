package dev.varve.s3;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Checks of what a bucket does by itself, and of who may ask. One thread. */
record BucketChecks(Probe probe, Attempts attempts, S3Layout layout, InstantSource clock) {
  /** Servers refuse requests whose time is further off than this. */
  private static final Duration REFUSED = Duration.ofMinutes(15);

  private static final Duration MUCH = Duration.ofMinutes(1);

  /** Whether the bucket can be read and listed at all; what stands against it is told. */
  boolean reach(Consumer<S3Finding> found) {
    try {
      // Not by HEAD: the refusal of one has no words.
      boolean there = attempts.repeat(() -> probe.bucket().get(layout.config(), 0, 1)).isPresent();
      attempts.repeat(() -> probe.bucket().list(layout.prefix(), Optional.empty(), 1, false));
      found.accept(
          S3Finding.good(
              "reach",
              "the bucket can be read and listed; "
                  + (there ? "a repository is there" : "no repository is there yet")));
      return true;
    } catch (S3Failure failed) {
      found.accept(S3Finding.unsafe("reach", String.valueOf(failed.getMessage())));
      return false;
    }
  }

  /** Compares clocks by an object that is there. */
  void clock(String key, Consumer<S3Finding> found) {
    ObjectChecks.guard(
        "clock",
        S3Finding.Verdict.NOTE,
        found,
        () -> {
          Optional<Instant> there =
              attempts.repeat(() -> probe.head(key)).flatMap(Probe.Head::date);
          if (there.isEmpty()) {
            return S3Finding.note("clock", "the server tells no time");
          }
          Duration off = Duration.between(there.get(), clock.instant()).abs();
          String words =
              "this machine's clock and the server's are " + off.toSeconds() + " s apart";
          if (off.compareTo(REFUSED) > 0) {
            return S3Finding.unsafe("clock", words + ": servers refuse requests over 900 s");
          }
          return off.compareTo(MUCH) > 0
              ? S3Finding.warning("clock", words + "; times in logs will mislead, set the clock")
              : S3Finding.good("clock", words);
        });
  }

  /** The bucket's own rules. */
  void run(Consumer<S3Finding> found) {
    ask("lifecycle", found, this::expiry);
    ask("versioning", found, this::versioning);
    ask("lock", found, this::lock);
  }

  /** A server that does not know the question, and a user who may not ask it, are no danger. */
  private static void ask(String check, Consumer<S3Finding> found, ObjectChecks.Check question) {
    S3Finding finding;
    try {
      finding = question.run();
    } catch (S3Failure unanswered) {
      finding = S3Finding.note(check, "cannot be told: " + unanswered.getMessage());
    }
    found.accept(finding);
  }

  private S3Finding expiry() {
    List<Probe.Rule> rules =
        attempts.repeat(probe::lifecycle).stream()
            .filter(rule -> rule.touches(layout.prefix()))
            .toList();
    for (Probe.Rule rule : rules) {
      if (rule.expires()) {
        return S3Finding.unsafe(
            "lifecycle",
            "the bucket's rule '"
                + rule.name()
                + "' removes objects of this repository by their age: take it away");
      }
    }
    for (Probe.Rule rule : rules) {
      if (rule.archives().isPresent()) {
        return S3Finding.warning(
            "lifecycle",
            "the bucket's rule '"
                + rule.name()
                + "' moves objects to "
                + rule.archives().get()
                + ", from where they cannot be read at once: old versions will fail to read");
      }
    }
    return rules.stream().anyMatch(Probe.Rule::dropsParts)
        ? S3Finding.good("lifecycle", "no rule removes objects; broken uploads are dropped")
        : S3Finding.note(
            "lifecycle",
            "no rule removes objects; none drops broken uploads either: AbortIncompleteMultipartUpload"
                + " after 7 days would save what they cost");
  }

  private S3Finding versioning() {
    Optional<String> status = attempts.repeat(probe::versioning);
    return status.filter("Enabled"::equals).isPresent()
        ? S3Finding.note(
            "versioning",
            "the bucket keeps versions: Varve needs none, and what is removed goes on costing until"
                + " a rule drops old versions")
        : S3Finding.good("versioning", "the bucket keeps no versions");
  }

  private S3Finding lock() {
    return attempts
        .repeat(probe::lock)
        .map(
            words ->
                S3Finding.note(
                    "lock",
                    words
                        + ": nothing that Varve writes is ever changed, so it works; what is to"
                        + " be removed one day stays that long"))
        .orElse(S3Finding.good("lock", "objects are not locked"));
  }
}
