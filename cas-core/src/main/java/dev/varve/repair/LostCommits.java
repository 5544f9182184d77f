package dev.varve.repair;

import dev.varve.error.CorruptDataException;
import dev.varve.error.MissingBlobException;
import dev.varve.hash.ContentHash;
import dev.varve.ref.RefName;
import dev.varve.ref.RefRecord;
import dev.varve.ref.RefStore;
import dev.varve.version.Repository;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Tells, of a lost commit, which refs need it and what the newest state of each is that can be
 * read. One thread. Holds the hashes of a ref's history while it looks.
 */
final class LostCommits {
  private final Repository repository;

  LostCommits(Repository repository) {
    this.repository = repository;
  }

  List<RepairEvent.Remains> remains(ContentHash lost) {
    List<RepairEvent.Remains> remains = new ArrayList<>();
    RefStore refs = repository.backend().refs();
    for (RefName.Kind kind : RefName.Kind.values()) {
      for (RefRecord newest : refs.list(kind)) {
        if (needs(newest, lost)) {
          newestReadable(newest).ifPresent(remains::add);
        }
      }
    }
    return remains;
  }

  /** Whether the ref's history has the commit, as far as it can be walked. */
  private boolean needs(RefRecord newest, ContentHash lost) {
    Set<ContentHash> met = new HashSet<>();
    Deque<ContentHash> open = new ArrayDeque<>();
    newest.target().ifPresent(open::add);
    while (!open.isEmpty()) {
      ContentHash id = open.pop();
      if (id.equals(lost)) {
        return true;
      }
      if (met.add(id)) {
        try {
          open.addAll(repository.commit(id).parents());
        } catch (CorruptDataException | MissingBlobException lostToo) {
          // Nobody can tell what is behind it.
        }
      }
    }
    return false;
  }

  private Optional<RepairEvent.Remains> newestReadable(RefRecord newest) {
    for (long number = newest.number(); number >= newest.floor(); number--) {
      try {
        Optional<ContentHash> target =
            repository.backend().refs().read(newest.name(), number).flatMap(RefRecord::target);
        if (target.isPresent()) {
          repository.commit(target.get());
          return Optional.of(new RepairEvent.Remains(newest.name(), number, target.get()));
        }
      } catch (CorruptDataException | MissingBlobException unreadable) {
        // The one before, then.
      }
    }
    return Optional.empty();
  }
}
