package dev.varve.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.check.CheckScope;
import dev.varve.check.Finding;
import dev.varve.check.RepositoryCheck;
import dev.varve.hash.ContentHash;
import dev.varve.ref.RefName;
import dev.varve.ref.RefRecord;
import dev.varve.tree.Key;
import dev.varve.version.Commit;
import dev.varve.version.Logged;
import dev.varve.version.Refs;
import dev.varve.version.Repository;
import dev.varve.version.Snapshot;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What processes said was done, and whether a repository agrees. Thread-safe to take lines; one
 * thread checks. What was looked at once is passed over the next time, so a check costs what is
 * new.
 */
final class Acknowledged {
  private static final String LINE =
      "ready|end|commit [^ ]+ [0-9a-f]{64}|ref [^ ]+ [0-9]+ ([0-9a-f]{64}|-)";

  // Guarded by this.
  private final Set<ContentHash> commits = new HashSet<>();
  private final Map<String, Optional<ContentHash>> refs = new TreeMap<>();

  /** Commits met in history, with how often the counter was raised along their first parents. */
  private final Map<ContentHash, Long> raised = new HashMap<>();

  private final Map<RefName, RefRecord> newest = new TreeMap<>();
  private final Set<ContentHash> heads = new HashSet<>();

  synchronized int commits() {
    return commits.size();
  }

  /** Takes a line, of which the last before a kill may be cut. */
  synchronized void note(String line, boolean mayBeCut) {
    if (!line.matches(LINE)) {
      assertThat(mayBeCut).as("the process said: %s", line).isTrue();
      return;
    }
    String[] words = line.split(" ");
    if (words[0].equals("commit")) {
      // A merge that moves a branch forward acknowledges a commit that was made before.
      commits.add(ContentHash.parse(words[2]));
    } else if (words[0].equals("ref")) {
      Optional<ContentHash> target =
          words[3].equals("-") ? Optional.empty() : Optional.of(ContentHash.parse(words[3]));
      assertThat(refs.put(words[1] + " " + words[2], target)).isNull();
    }
  }

  /**
   * All of it is there, every commit has the contents that it says, no update is lost, and what is
   * new since the last time is clean.
   */
  synchronized void require(Repository repository) {
    List<Finding> findings = new ArrayList<>();
    new RepositoryCheck(repository, 1, findings::add).run(CheckScope.EVERYTHING.since(heads));
    assertThat(findings).isEmpty();
    Set<ContentHash> roots = new HashSet<>();
    for (RefName.Kind kind : RefName.Kind.values()) {
      for (RefRecord record : repository.backend().refs().list(kind)) {
        requireLog(repository, record);
        roots.addAll(repository.refs().roots(record.name()));
      }
    }
    requireHistory(repository, roots);
    heads.clear();
    heads.addAll(roots);
    assertThat(raised.keySet()).containsAll(commits);
    refs.forEach((record, target) -> requireRecord(repository, record, target));
    refs.clear();
  }

  /** The log goes on from where it was, without a gap. */
  private void requireLog(Repository repository, RefRecord now) {
    Optional<RefRecord> before = Optional.ofNullable(newest.put(now.name(), now));
    long number = now.number();
    Iterator<RefRecord> log = repository.refs().log(now.name());
    while (log.hasNext()) {
      RefRecord record = log.next();
      assertThat(record.number()).isEqualTo(number--);
      if (before.isPresent() && record.number() == before.get().number()) {
        assertThat(record).isEqualTo(before.get());
        return;
      }
    }
    assertThat(before).as("what the log of %s lost", now.name()).isEmpty();
    assertThat(number).isZero();
  }

  private void requireRecord(Repository repository, String record, Optional<ContentHash> expected) {
    String[] words = record.split(" ");
    RefName name = RefName.parseFull(words[0]);
    assertThat(
            repository.backend().refs().read(name, Long.parseLong(words[1])).orElseThrow().target())
        .as("record %s", record)
        .isEqualTo(expected);
  }

  /** Looks at every commit not met before, parents first. */
  private void requireHistory(Repository repository, Set<ContentHash> roots) {
    List<Logged> parentsFirst = new ArrayList<>();
    Deque<ContentHash> open = new ArrayDeque<>(roots);
    Set<ContentHash> met = new HashSet<>(raised.keySet());
    while (!open.isEmpty()) {
      ContentHash id = open.pop();
      if (met.add(id)) {
        Commit commit = repository.commit(id);
        parentsFirst.add(new Logged(id, commit));
        open.addAll(commit.parents());
      }
    }
    parentsFirst.sort(Comparator.comparingLong(each -> each.commit().generation()));
    for (Logged each : parentsFirst) {
      Commit commit = each.commit();
      long before = commit.parents().isEmpty() ? 0 : raised.get(commit.parents().get(0));
      boolean raises = commit.message().startsWith("counter ");
      raised.put(each.id(), before + (raises ? 1 : 0));
      requireWhole(repository.snapshot(each.id()));
    }
    for (String branch : Work.BRANCHES) {
      for (Refs.Named head : repository.refs().find(RefName.branch(branch)).stream().toList()) {
        assertThat(Work.counter(repository.snapshot(head.commit())))
            .as("counter of %s", branch)
            .isEqualTo(raised.get(head.commit()));
      }
    }
  }

  /** All stamps have the value that one commit gave them, and its own keys what it says. */
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
    String message = snapshot.commit().message();
    if (message.startsWith("counter ")) {
      assertThat(values).containsExactly(message.substring("counter ".length()));
    } else if (message.startsWith("own ")) {
      String[] words = message.split(" ");
      assertThat(Stores.text(snapshot.get(Key.of(words[1])).orElseThrow())).startsWith(words[2]);
    }
  }
}
