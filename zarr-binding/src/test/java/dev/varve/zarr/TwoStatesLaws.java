package dev.varve.zarr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.hash.ContentHash;
import dev.varve.tree.Difference;
import dev.varve.version.CommitInfo;
import dev.varve.version.CommitOutcome;
import dev.varve.version.Manifest;
import dev.varve.version.Part;
import dev.varve.version.Snapshot;
import dev.varve.version.Transaction;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;

/** What holds of any two states, or any two changes of one state, however odd the hierarchy. */
class TwoStatesLaws {
  private static final List<String> DOCUMENT_VALUES =
      List.of(
          Documents.array3("[2]", "[1]"),
          Documents.array3("[4]", "[1]"),
          Documents.array3("[2]", "[1]", "{\"units\": \"K\"}", "0"),
          Documents.array3("[2, 2]", "[1, 1]"),
          Documents.array2("[2]", "[1]"),
          Documents.array2("[2, 2]", "[1, 1]", "\"dimension_separator\": \"/\", "),
          Documents.group3(),
          Documents.group2(),
          "{}",
          "{\"units\": \"K\"}",
          "not json",
          "");

  /** Edits in a small hierarchy, so that two of them meet. */
  @Provide
  Arbitrary<List<String>> edits() {
    Arbitrary<String> directory = Arbitraries.of("", "a/", "a/b/", "a-/", "a/0/");
    Arbitrary<String> document =
        Arbitraries.of("zarr.json", "zarr.json", ".zarray", ".zgroup", ".zattrs", ".zmetadata");
    Arbitrary<String> other =
        Arbitraries.of("0", "1", "0.1", "c/0", "c/1", "c/0/1", "readme", "0/1");
    Arbitrary<List<String>> documents =
        Combinators.combine(directory, document, Arbitraries.of(DOCUMENT_VALUES))
            .as((d, name, value) -> List.of(d + name, value));
    Arbitrary<List<String>> others =
        Combinators.combine(directory, other, Arbitraries.of("x", "y", ""))
            .as((d, name, value) -> List.of(d + name, value));
    Arbitrary<List<String>> deletions =
        Combinators.combine(directory, Arbitraries.oneOf(document, other))
            .as((d, name) -> List.of(d + name, "-"));
    return Arbitraries.oneOf(documents, others, deletions)
        .list()
        .ofMaxSize(12)
        .map(list -> list.stream().flatMap(List::stream).toList());
  }

  private static String[] array(List<String> edits) {
    return edits.toArray(String[]::new);
  }

  /** Commits edits, whether or not they change anything, beside a key that always does. */
  private static Snapshot commit(TestRepository repository, List<String> edits, String mark) {
    try (Transaction transaction = repository.repository().begin("main")) {
      TestRepository.edit(transaction, array(edits));
      TestRepository.edit(transaction, "mark/" + mark, mark);
      transaction.commit(CommitInfo.of("law"));
    }
    return repository.main();
  }

  @Property(tries = 300)
  void everyDifferingKeyThatIsNoDocumentIsToldOnce(
      @ForAll("edits") List<String> first, @ForAll("edits") List<String> second) {
    try (TestRepository repository = new TestRepository()) {
      Snapshot before = commit(repository, first, "1");
      Snapshot after = commit(repository, second, "2");
      Set<String> files = new HashSet<>();
      List<ZarrChange> changes = new ArrayList<>();
      ZarrDiff.run(repository.repository(), before, after, changes::add);
      long chunks = 0;
      for (ZarrChange change : changes) {
        if (change instanceof ZarrChange.ChunkChanged) {
          chunks++;
        } else if (change instanceof ZarrChange.FileChanged file) {
          assertThat(files.add(file.key().toString())).as(file.key().toString()).isTrue();
        }
      }
      long others = count(repository, before, after, Part.CHUNKS);
      long documents = count(repository, before, after, Part.META);
      files.removeIf(key -> ZarrKeys.DOCUMENTS.contains(key.substring(key.lastIndexOf('/') + 1)));
      assertThat(chunks + files.size()).isEqualTo(others);
      ZarrChange.Summary summary = (ZarrChange.Summary) changes.get(changes.size() - 1);
      assertThat(summary.keysAdded() + summary.keysChanged() + summary.keysRemoved())
          .isEqualTo(others + documents);
      assertThat(totals(changes)).isEqualTo(chunks);
    }
  }

  private static long totals(List<ZarrChange> changes) {
    return changes.stream()
        .filter(ZarrChange.ChunkTotals.class::isInstance)
        .map(ZarrChange.ChunkTotals.class::cast)
        .mapToLong(totals -> totals.added() + totals.changed() + totals.removed())
        .sum();
  }

  private static long count(TestRepository repository, Snapshot before, Snapshot after, Part part) {
    long count = 0;
    for (Iterator<Difference> all =
            repository.repository().diff(before.manifest(), after.manifest(), part, "");
        all.hasNext();
        all.next()) {
      count++;
    }
    return count;
  }

  @Property(tries = 300)
  void everyDocumentThatDiffersIsToldOf(
      @ForAll("edits") List<String> first, @ForAll("edits") List<String> second) {
    try (TestRepository repository = new TestRepository()) {
      Snapshot before = commit(repository, first, "1");
      Snapshot after = commit(repository, second, "2");
      Set<ZarrPath> told = new HashSet<>();
      ZarrDiff.run(repository.repository(), before, after, change -> pathOf(change, told));
      for (Iterator<Difference> documents =
              repository.repository().diff(before.manifest(), after.manifest(), Part.META, "");
          documents.hasNext(); ) {
        assertThat(told).contains(ZarrKeys.node(documents.next().key()));
      }
    }
  }

  private static void pathOf(ZarrChange change, Set<ZarrPath> told) {
    if (change instanceof ZarrChange.ArrayAdded c) {
      told.add(c.path());
    } else if (change instanceof ZarrChange.ArrayRemoved c) {
      told.add(c.path());
    } else if (change instanceof ZarrChange.GroupAdded c) {
      told.add(c.path());
    } else if (change instanceof ZarrChange.GroupRemoved c) {
      told.add(c.path());
    } else if (change instanceof ZarrChange.ArrayResized c) {
      told.add(c.path());
    } else if (change instanceof ZarrChange.AttributeChanged c) {
      told.add(c.path());
    } else if (change instanceof ZarrChange.MetadataChanged c) {
      told.add(c.path());
    } else if (change instanceof ZarrChange.FileChanged c) {
      told.add(ZarrKeys.node(c.key()));
    }
  }

  /** The state that two changes of one base join to, or empty where they clash. */
  private static Optional<Manifest> join(
      List<String> base, List<String> first, List<String> second) {
    try (TestRepository repository = new TestRepository()) {
      ContentHash id = commit(repository, base, "base").id();
      commit(repository, first, "1");
      List<String> edits = new ArrayList<>(second);
      edits.addAll(List.of("mark/1", "1"));
      return repository.commitAgainst(id, array(edits)) instanceof CommitOutcome.Conflicted
          ? Optional.empty()
          : Optional.of(repository.main().manifest());
    }
  }

  @Property(tries = 300)
  void whetherTwoChangesClashDoesNotDependOnWhichCameFirst(
      @ForAll("edits") List<String> base,
      @ForAll("edits") List<String> one,
      @ForAll("edits") List<String> other) {
    Optional<Manifest> joined = join(base, one, other);
    assertThat(join(base, other, one)).isEqualTo(joined);
    // The law would be empty where changes always, or never, clash.
    Statistics.collect(joined.isPresent());
    Statistics.coverage(
        seen -> {
          seen.check(true).percentage(share -> share > 5);
          seen.check(false).percentage(share -> share > 5);
        });
  }
}
