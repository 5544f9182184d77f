package dev.varve.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.hash.ContentHash;
import dev.varve.ref.RefName;
import dev.varve.ref.RefRecord;
import dev.varve.tree.Key;
import dev.varve.version.Logged;
import dev.varve.version.Refs;
import dev.varve.version.Repository;
import dev.varve.version.Snapshot;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What processes said was done, and whether a repository agrees. One thread. */
final class Acknowledged {
  private static final String LINE =
      "ready|end|commit [^ ]+ [0-9a-f]{64}|ref [^ ]+ [0-9]+ ([0-9a-f]{64}|-)";

  private final Map<ContentHash, String> commits = new HashMap<>();
  private final Map<String, Optional<ContentHash>> refs = new TreeMap<>();

  int commits() {
    return commits.size();
  }

  /** Takes a line, of which the last before a kill may be cut. */
  void note(String line, boolean mayBeCut) {
    if (!line.matches(LINE)) {
      assertThat(mayBeCut).as("the process said: %s", line).isTrue();
      return;
    }
    String[] words = line.split(" ");
    if (words[0].equals("commit")) {
      // A merge that moves a branch forward acknowledges a commit that was made before.
      commits.put(ContentHash.parse(words[2]), "heads/" + words[1]);
    } else if (words[0].equals("ref")) {
      Optional<ContentHash> target =
          words[3].equals("-") ? Optional.empty() : Optional.of(ContentHash.parse(words[3]));
      assertThat(refs.put(words[1] + " " + words[2], target)).isNull();
    }
  }

  /** All of it is there, every branch holds one commit's state, and all is clean. */
  void require(Repository repository) {
    Set<ContentHash> roots = new HashSet<>();
    for (RefName.Kind kind : RefName.Kind.values()) {
      for (RefRecord record : repository.backend().refs().list(kind)) {
        requireLog(repository, record);
        roots.addAll(repository.refs().roots(record.name()));
      }
    }
    Map<ContentHash, Logged> history = new HashMap<>();
    repository.history(roots).forEachRemaining(each -> history.put(each.id(), each));
    assertThat(history.keySet()).containsAll(commits.keySet());
    refs.forEach(
        (record, target) -> {
          String[] words = record.split(" ");
          assertThat(
                  repository
                      .backend()
                      .refs()
                      .read(RefName.parseFull(words[0]), Long.parseLong(words[1]))
                      .orElseThrow()
                      .target())
              .as("record %s", record)
              .isEqualTo(target);
        });
    for (Refs.Named branch : repository.refs().list(RefName.Kind.HEADS)) {
      requireWhole(repository.snapshot(branch.commit()));
    }
    Stores.requireClean(repository);
  }

  private static void requireLog(Repository repository, RefRecord newest) {
    long number = newest.number();
    Iterator<RefRecord> log = repository.refs().log(newest.name());
    while (log.hasNext()) {
      assertThat(log.next().number()).isEqualTo(number--);
    }
    assertThat(number).isZero();
  }

  /** All stamps have the value that one commit gave them. */
  private static void requireWhole(Snapshot snapshot) {
    Set<String> values = new HashSet<>();
    int there = 0;
    for (int i = 0; i < Work.STAMPS; i++) {
      Optional<java.nio.ByteBuffer> value = snapshot.get(Key.of("stamp/c/" + i));
      there += value.isPresent() ? 1 : 0;
      value.ifPresent(bytes -> values.add(Stores.text(bytes)));
    }
    assertThat(there).isIn(0, Work.STAMPS);
    assertThat(values).hasSize(there == 0 ? 0 : 1);
    snapshot
        .get(Key.of("counter"))
        .ifPresent(counter -> assertThat(values).containsExactly(Stores.text(counter)));
  }

  /**
   * On each shared branch the counter is what the first-parent history raised it to, one by one.
   */
  static void requireNoLostUpdate(Repository repository) {
    for (String branch : Work.BRANCHES) {
      Optional<Refs.Named> head = repository.refs().find(RefName.branch(branch));
      if (head.isEmpty()) {
        continue;
      }
      Optional<ContentHash> at = head.map(Refs.Named::commit);
      long raised = 0;
      while (at.isPresent()) {
        Snapshot snapshot = repository.snapshot(at.get());
        raised += snapshot.commit().message().startsWith("counter ") ? 1 : 0;
        at = snapshot.commit().parents().stream().findFirst();
      }
      assertThat(Work.counter(repository.snapshot(head.get().commit())))
          .as("counter of %s", branch)
          .isEqualTo(raised);
    }
  }
}
