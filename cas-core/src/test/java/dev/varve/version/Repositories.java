package dev.varve.version;

import dev.varve.hash.HashAlgorithm;
import dev.varve.memory.MemoryBackend;
import dev.varve.ref.Nonce;
import dev.varve.tree.Key;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** Repositories in memory with a clock that ticks once a look, and short ways to edit them. */
final class Repositories {
  private Repositories() {}

  static Environment ticking() {
    AtomicLong ticks = new AtomicLong();
    return new Environment() {
      @Override
      public long nowMillis() {
        return 1_000_000_000_000L + 1000 * ticks.incrementAndGet();
      }

      @Override
      public Nonce nonce() {
        return new Nonce(7, ticks.incrementAndGet());
      }

      @Override
      public String user() {
        return "tester";
      }

      @Override
      public void pause(long maxMillis) {
        Thread.onSpinWait();
      }
    };
  }

  static Repository memory() {
    return Repository.create(
        new MemoryBackend(),
        RepositoryConfig.of(HashAlgorithm.SHA256),
        ticking(),
        ConflictRule.SAME_KEY_ONLY);
  }

  static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  static String text(View view, String key) {
    return view.get(Key.of(key))
        .map(b -> StandardCharsets.UTF_8.decode(b).toString())
        .orElse("absent");
  }

  /** Commits edits given as key, value, key, value...; the value "-" removes. */
  static CommitOutcome commit(Repository repository, String branch, String... edits) {
    try (Transaction tx = repository.begin(branch)) {
      edit(tx, edits);
      return tx.commit(CommitInfo.of("edit"));
    }
  }

  static void edit(Transaction tx, String... edits) {
    for (int i = 0; i < edits.length; i += 2) {
      if (edits[i + 1].equals("-")) {
        tx.delete(Key.of(edits[i]));
      } else {
        tx.put(Key.of(edits[i]), bytes(edits[i + 1]));
      }
    }
  }

  static CommitOutcome.Committed committed(CommitOutcome outcome) {
    return (CommitOutcome.Committed) outcome;
  }

  static SortedMap<String, String> contents(View view) {
    SortedMap<String, String> map = new TreeMap<>();
    view.entries("")
        .forEachRemaining(e -> map.put(e.key().toString(), text(view, e.key().toString())));
    return map;
  }

  static Map<String, String> map(String... pairs) {
    Map<String, String> map = new TreeMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put(pairs[i], pairs[i + 1]);
    }
    return map;
  }
}
