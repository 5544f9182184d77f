package dev.varve.tools;

import dev.varve.check.Finding;
import dev.varve.error.StoreException;
import dev.varve.version.Repository;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells what a check finds, as it finds it, with the array and chunk that each object belongs to.
 * One thread at a time, as the check calls.
 */
final class DamageLines {
  private final Supplier<Optional<Repository>> repository;
  private final Output out;
  private @Nullable Progress progress;
  private List<String> lastRevisions = List.of();
  private @Nullable ChunkPlaces lastPlaces;

  DamageLines(Repository repository, Output out) {
    this(() -> Optional.of(repository), out);
  }

  /** Where the repository may be too damaged to be opened, which is tried when it is needed. */
  DamageLines(Supplier<Optional<Repository>> repository, Output out) {
    this.repository = repository;
    this.out = out;
  }

  /** Findings are told where a progress line stands, which goes first. */
  void over(Progress line) {
    progress = line;
  }

  void tell(Finding finding) {
    if (progress != null) {
      progress.wipe();
    }
    if (out.json()) {
      out.line(line("damage", finding));
    } else {
      out.words(words(finding.kind().name().toLowerCase(Locale.ROOT), finding));
    }
    // A check may take hours.
    out.flush();
  }

  /** A finding in words, after a word for what it is. */
  String words(String begin, Finding finding) {
    String keys =
        finding
            .key()
            .map(
                key ->
                    (finding.role() == Finding.Role.NODE ? " of the keys up to " : " of ")
                        + Words.safe(key.toString()))
            .orElse(finding.role() == Finding.Role.NODE ? " of a whole tree" : "");
    return begin
        + " "
        + finding.role().name().toLowerCase(Locale.ROOT)
        + " "
        + Words.safe(finding.object())
        + keys
        + place(finding).words()
        + finding.after().map(key -> " from behind " + Words.safe(key.toString())).orElse("")
        + " in "
        + Words.safe(String.join(", ", finding.revisions()))
        + "\n  "
        + Words.safe(finding.message());
  }

  /** A finding as a line of a type. */
  JsonLine line(String type, Finding finding) {
    JsonLine line =
        JsonLine.of(type)
            .put("kind", finding.kind().name().toLowerCase(Locale.ROOT))
            .put("object", finding.object())
            .put("role", finding.role().name().toLowerCase(Locale.ROOT))
            .put("expected", finding.expected().orElse(null))
            .put("actual", finding.actual().orElse(null))
            .put("after", finding.after().map(Object::toString).orElse(null))
            .put("key", finding.key().map(Object::toString).orElse(null));
    return place(finding)
        .addTo(line)
        .texts("revisions", finding.revisions())
        .put("message", finding.message());
  }

  private ChunkPlaces.Place place(Finding finding) {
    return finding
        .key()
        .flatMap(key -> places(finding).map(p -> p.of(key)))
        .orElse(ChunkPlaces.Place.NONE);
  }

  /** The places of the snapshots where the object was met; findings mostly share them. */
  private Optional<ChunkPlaces> places(Finding finding) {
    if (!finding.revisions().equals(lastRevisions)) {
      lastRevisions = finding.revisions();
      try {
        lastPlaces =
            repository
                .get()
                .map(r -> new ChunkPlaces(r, lastRevisions.stream().map(r::resolve).toList()))
                .orElse(null);
      } catch (StoreException unreadable) {
        // The finding is told without its chunk; what hides the chunk is a finding of its own.
        lastPlaces = null;
      }
    }
    return Optional.ofNullable(lastPlaces);
  }
}
