package dev.varve.tools;

import dev.varve.check.Finding;
import dev.varve.error.StoreException;
import dev.varve.version.Repository;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells what a check finds, as it finds it, with the array and chunk that each object belongs to.
 * One thread at a time, as the check calls.
 */
final class DamageLines {
  private final Repository repository;
  private final Output out;
  private @Nullable Progress progress;
  private List<String> lastRevisions = List.of();
  private @Nullable ChunkPlaces lastPlaces;

  DamageLines(Repository repository, Output out) {
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
    ChunkPlaces.Place place =
        finding
            .key()
            .flatMap(key -> places(finding).map(p -> p.of(key)))
            .orElse(ChunkPlaces.Place.NONE);
    if (!out.json()) {
      out.words(
          finding.kind().name().toLowerCase(Locale.ROOT)
              + " "
              + finding.role().name().toLowerCase(Locale.ROOT)
              + " "
              + Words.safe(finding.object())
              + finding.key().map(key -> " of " + Words.safe(key.toString())).orElse("")
              + place.words()
              + " in "
              + Words.safe(String.join(", ", finding.revisions()))
              + "\n  "
              + Words.safe(finding.message()));
      return;
    }
    JsonLine line =
        JsonLine.of("damage")
            .put("kind", finding.kind().name().toLowerCase(Locale.ROOT))
            .put("object", finding.object())
            .put("role", finding.role().name().toLowerCase(Locale.ROOT))
            .put("expected", finding.expected().orElse(null))
            .put("actual", finding.actual().orElse(null))
            .put("key", finding.key().map(Object::toString).orElse(null));
    out.line(
        place
            .addTo(line)
            .texts("revisions", finding.revisions())
            .put("message", finding.message()));
  }

  /** The places of the snapshots where the object was met; findings mostly share them. */
  private Optional<ChunkPlaces> places(Finding finding) {
    if (!finding.revisions().equals(lastRevisions)) {
      lastRevisions = finding.revisions();
      try {
        lastPlaces =
            new ChunkPlaces(repository, lastRevisions.stream().map(repository::resolve).toList());
      } catch (StoreException unreadable) {
        // The finding is told without its chunk; what hides the chunk is a finding of its own.
        lastPlaces = null;
      }
    }
    return Optional.ofNullable(lastPlaces);
  }
}
