package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.varve.Varve;
import dev.varve.hash.ContentHash;
import dev.varve.memory.MemoryBackend;
import dev.varve.ref.Nonce;
import dev.varve.ref.RefName;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.tree.KeyEntry;
import dev.varve.tree.NodeVisitor;
import dev.varve.tree.Tree;
import dev.varve.version.Environment;
import dev.varve.version.Part;
import dev.varve.version.Repository;
import dev.varve.version.Snapshot;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DiskUsageTest {
  private final MemoryBackends backends = new MemoryBackends();

  private Cli.Result apply(String branch, String... lines) {
    return backends.with(
        String.join("\n", lines) + "\n{\"commit\":\"c\"}\n", "apply", "r", "-b", branch, "--json");
  }

  @Test
  void everyFieldIsThereAndTheSumsAgree() {
    backends.run("init", "r").exits(0);
    apply("main", Cli.set("a", "same"), Cli.set("b", "first")).exits(0);
    apply("main", Cli.set("b", "second one")).exits(0);
    Cli.Result result = backends.run("du", "r", "--json").exits(0);
    assertThat(result.lines("usage")).hasSize(2);
    for (JsonNode usage : result.lines("usage")) {
      assertThat(Cli.fields(usage))
          .containsExactly("type", "name", "bytes", "unique_bytes", "shared_bytes", "objects");
      assertThat(usage.path("bytes").asLong())
          .isEqualTo(usage.path("unique_bytes").asLong() + usage.path("shared_bytes").asLong());
    }
    JsonNode total = result.last();
    assertThat(Cli.fields(total))
        .containsExactly("type", "stored_bytes", "logical_bytes", "objects");
    assertThat(total.path("logical_bytes").asLong())
        .isEqualTo(result.lines("usage").stream().mapToLong(u -> u.path("bytes").asLong()).sum());
    MemoryBackend stored = backends.get("r");
    assertThat(total.path("objects").asInt()).isEqualTo(stored.contents().size());
    assertThat(total.path("stored_bytes").asLong())
        .isEqualTo(stored.contents().values().stream().mapToLong(b -> b.remaining()).sum());
    assertThat(backends.run("du", "r", "--by", "snapshot", "--json").lines())
        .isEqualTo(result.lines());
    assertThat(backends.run("du", "r").exits(0).out()).contains("alone").contains("shared");
    backends.run("du", "r", "--by", "colour", "--json").exits(2).error();
    backends.run("du", "nosuch", "--json").exits(5).error();
  }

  @Test
  void anEmptyRepositoryNeedsNothing() {
    backends.run("init", "r").exits(0);
    assertThat(backends.run("du", "r", "--json").exits(0).only().path("objects").asInt()).isZero();
  }

  @Test
  void arraysShareValuesAndKeysOfNoArrayCountForTheRoot() {
    backends.run("init", "r").exits(0);
    apply("main", Cli.set("air/0.0", "xxxxx"), Cli.set("notes", "yy")).exits(0);
    // The array is known from a later snapshot alone.
    apply("main", Cli.set("air/.zarray", Zarr.ARRAY_V2), Cli.set("air/0.1", "zzz")).exits(0);
    apply(
            "main",
            Cli.set("g/sea/zarr.json", Zarr.arrayV3("4, 6", "{}")),
            Cli.set("g/sea/c/0/0", "xxxxx"))
        .exits(0);
    Cli.Result result = backends.run("du", "r", "--by", "array", "--json").exits(0);
    assertThat(result.lines("usage"))
        .extracting(
            u ->
                u.path("name").asText()
                    + " "
                    + u.path("bytes")
                    + " "
                    + u.path("unique_bytes")
                    + " "
                    + u.path("shared_bytes")
                    + " "
                    + u.path("objects"))
        .containsExactly("/ 2 2 0 1", "/air 8 3 5 2", "/g/sea 5 0 5 1");
    assertThat(result.last()).isEqualTo(backends.run("du", "r", "--json").last());
  }

  /**
   * Random histories with branches, merges, deletions and values that repeat, against plain sets.
   */
  @Test
  void numbersAreThoseOfPlainSets() {
    for (long seed = 1; seed <= 12; seed++) {
      backends.run("init", "r" + seed).exits(0);
      history("r" + seed, new Random(seed));
      Map<String, Map<ContentHash, Long>> expected = sets("r" + seed);
      Map<ContentHash, Integer> uses = new HashMap<>();
      expected.values().forEach(set -> set.keySet().forEach(h -> uses.merge(h, 1, Integer::sum)));
      Cli.Result result = backends.run("du", "r" + seed, "--json").exits(0);
      assertThat(result.lines("usage")).as("seed " + seed).hasSize(expected.size());
      for (JsonNode usage : result.lines("usage")) {
        Map<ContentHash, Long> set = expected.getOrDefault(usage.path("name").asText(), Map.of());
        long unique =
            set.entrySet().stream()
                .filter(e -> uses.getOrDefault(e.getKey(), 0) == 1)
                .mapToLong(Map.Entry::getValue)
                .sum();
        assertThat(usage.path("bytes").asLong())
            .as("seed " + seed)
            .isEqualTo(set.values().stream().mapToLong(Long::longValue).sum());
        assertThat(usage.path("unique_bytes").asLong()).as("seed " + seed).isEqualTo(unique);
        assertThat(usage.path("objects").asInt()).as("seed " + seed).isEqualTo(set.size());
      }
      assertThat(result.last().path("objects").asInt()).as("seed " + seed).isEqualTo(uses.size());
    }
  }

  private void history(String repo, Random random) {
    String[] branches = {"main", "side", "third"};
    for (int commit = 0; commit < 25; commit++) {
      StringBuilder lines = new StringBuilder();
      int edits = 1 + random.nextInt(commit % 7 == 0 ? 400 : 6);
      for (int i = 0; i < edits; i++) {
        String key = "k" + random.nextInt(60) + "/" + random.nextInt(20);
        lines
            .append(
                random.nextInt(4) == 0
                    ? JsonLine.nested().put("delete", key).toString()
                    : Cli.set(key, "value " + random.nextInt(40)))
            .append('\n');
      }
      String branch = branches[random.nextInt(3)];
      backends.with(lines + "{\"commit\":\"c\"}\n", "apply", repo, "-b", branch).exits(0);
      if (random.nextInt(5) == 0) {
        backends.run("branch", repo, branches[random.nextInt(3)], branch, "-f").exits(0);
      }
      if (random.nextInt(6) == 0) {
        // Also where it conflicts, the history is one to count.
        backends.run("merge", repo, branch, "-b", "main");
      }
    }
  }

  private Map<String, Map<ContentHash, Long>> sets(String repo) {
    Map<String, Map<ContentHash, Long>> sets = new LinkedHashMap<>();
    MemoryBackend backend = backends.get(repo);
    try (Repository repository = Varve.open(backend, new Fixed())) {
      Set<ContentHash> heads = new LinkedHashSet<>();
      for (RefName.Kind kind : RefName.Kind.values()) {
        repository.refs().list(kind).forEach(ref -> heads.add(ref.commit()));
      }
      repository
          .history(heads)
          .forEachRemaining(
              logged -> {
                Set<ContentHash> set = new HashSet<>();
                set.add(logged.id());
                Snapshot snapshot = repository.snapshot(logged.id());
                for (Iterator<KeyEntry> all = snapshot.entries(""); all.hasNext(); ) {
                  if (all.next().entry() instanceof Entry.Blob blob) {
                    set.add(blob.hash());
                  }
                }
                for (Part part : Part.values()) {
                  nodes(snapshot.tree(part), set);
                }
                Map<ContentHash, Long> lengths = new TreeMap<>();
                set.forEach(
                    h ->
                        lengths.put(
                            h,
                            Optional.ofNullable(backend.contents().get(h))
                                .map(b -> (long) b.remaining())
                                .orElseThrow()));
                sets.put(logged.id().toString(), lengths);
              });
    }
    return sets;
  }

  private static void nodes(Tree tree, Set<ContentHash> set) {
    tree.walk(
        "".getBytes(StandardCharsets.UTF_8),
        Optional.empty(),
        new NodeVisitor() {
          @Override
          public boolean enter(ContentHash node) {
            set.add(node);
            return true;
          }

          @Override
          public void entry(Key key, Entry entry) {}
        });
  }

  private record Fixed() implements Environment {
    @Override
    public long nowMillis() {
      return 0;
    }

    @Override
    public Nonce nonce() {
      return new Nonce(1, 2);
    }

    @Override
    public String user() {
      return "test";
    }

    @Override
    public void pause(long maxMillis) {}
  }
}
