package dev.varve.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.check.CheckReport;
import dev.varve.check.CheckScope;
import dev.varve.check.Finding;
import dev.varve.check.RepositoryCheck;
import dev.varve.hash.HashAlgorithm;
import dev.varve.ref.Backend;
import dev.varve.ref.RefName;
import dev.varve.tree.Key;
import dev.varve.version.CommitInfo;
import dev.varve.version.CommitOutcome;
import dev.varve.version.ConflictRule;
import dev.varve.version.Refs;
import dev.varve.version.Repository;
import dev.varve.version.RepositoryConfig;
import dev.varve.version.Transaction;
import dev.varve.version.View;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Short ways to write to repositories and to look at all that they hold. */
final class Stores {
  private Stores() {}

  static Repository create(Backend backend, long environment) {
    return Repository.create(
        backend,
        RepositoryConfig.of(HashAlgorithm.SHA256),
        new Ticking(environment),
        ConflictRule.SAME_KEY_ONLY);
  }

  static Repository open(Backend backend, long environment) {
    return Repository.open(backend, new Ticking(environment), ConflictRule.SAME_KEY_ONLY);
  }

  static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  static String text(ByteBuffer bytes) {
    return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
  }

  /** Edits given as key, value, key, value...; the value "-" removes. */
  static void edit(Transaction edits, String... pairs) {
    for (int i = 0; i < pairs.length; i += 2) {
      if (pairs[i + 1].equals("-")) {
        edits.delete(Key.of(pairs[i]));
      } else {
        edits.put(Key.of(pairs[i]), bytes(pairs[i + 1]));
      }
    }
  }

  /** Commits edits, which must not clash. */
  static CommitOutcome.Committed commit(Repository repository, String branch, String... pairs) {
    try (Transaction edits = repository.begin(branch)) {
      edit(edits, pairs);
      CommitOutcome outcome = edits.commit(CommitInfo.of("edit"));
      assertThat(outcome).isInstanceOf(CommitOutcome.Committed.class);
      return (CommitOutcome.Committed) outcome;
    }
  }

  /** Every key and its value, read and verified. */
  static SortedMap<String, String> contents(View view) {
    SortedMap<String, String> contents = new TreeMap<>();
    view.entries("")
        .forEachRemaining(
            each ->
                contents.put(each.key().toString(), text(view.value(each.key(), each.entry()))));
    return contents;
  }

  /** What every branch and tag holds, in short: all values are read, and told by their digest. */
  static SortedMap<String, String> states(Repository repository) {
    SortedMap<String, String> states = new TreeMap<>();
    for (RefName.Kind kind : RefName.Kind.values()) {
      for (Refs.Named each : repository.refs().list(kind)) {
        SortedMap<String, String> contents = contents(repository.snapshot(each.commit()));
        states.put(
            each.name().full(),
            "record "
                + each.record().number()
                + ", "
                + contents.size()
                + " keys, "
                + HashAlgorithm.SHA256.hash(bytes(contents.toString())).brief());
      }
    }
    return states;
  }

  /** Fails unless everything that is reachable is there and as it should be. */
  static CheckReport requireClean(Repository repository) {
    List<Finding> findings = new ArrayList<>();
    CheckReport report =
        new RepositoryCheck(repository, 1, findings::add).run(CheckScope.EVERYTHING);
    assertThat(findings).isEmpty();
    assertThat(report.clean()).isTrue();
    return report;
  }
}
