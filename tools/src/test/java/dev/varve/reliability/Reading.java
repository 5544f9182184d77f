package dev.varve.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.hash.ContentHash;
import dev.varve.ref.RefName;
import dev.varve.ref.RefRecord;
import dev.varve.tree.Difference;
import dev.varve.tree.Totals;
import dev.varve.version.Listed;
import dev.varve.version.Logged;
import dev.varve.version.Part;
import dev.varve.version.Repository;
import dev.varve.version.Snapshot;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/** Holds what a repository answers to reading against the model. */
final class Reading {
  private final Repository repository;
  private final Model model;

  Reading(Repository repository, Model model) {
    this.repository = repository;
    this.model = model;
  }

  /** One commit, old or new: contents, a listing, totals, the difference to another, ancestors. */
  void look(Random random, ContentHash id, ContentHash other) {
    Snapshot snapshot = repository.snapshot(id);
    SortedMap<String, String> expected = model.commit(id).contents();
    assertThat(Stores.contents(snapshot)).isEqualTo(expected);
    String directory = List.of("", "g1", "g1/a1", "g2/a2/c", "g9").get(random.nextInt(5));
    String prefix = directory.isEmpty() ? "" : directory + "/";
    List<String> listed = new ArrayList<>();
    snapshot.list(directory).forEachRemaining((Listed each) -> listed.add(each.name()));
    SortedSet<String> level = new TreeSet<>();
    long keys = 0;
    long bytes = 0;
    for (var each : expected.entrySet()) {
      if (each.getKey().startsWith(prefix)) {
        int slash = each.getKey().indexOf('/', prefix.length());
        level.add(slash < 0 ? each.getKey() : each.getKey().substring(0, slash + 1));
        keys++;
        bytes += each.getValue().getBytes(StandardCharsets.UTF_8).length;
      }
    }
    assertThat(listed).containsExactlyElementsOf(level);
    assertThat(snapshot.totals(directory)).isEqualTo(new Totals(keys, bytes));
    SortedSet<String> differing = new TreeSet<>();
    for (Part part : Part.values()) {
      Iterator<Difference> all =
          repository.diff(snapshot.manifest(), repository.snapshot(other).manifest(), part, "");
      all.forEachRemaining(each -> differing.add(each.key().toString()));
    }
    assertThat(differing).isEqualTo(Model.differing(expected, model.commit(other).contents()));
    assertThat(repository.reaches(id, other)).isEqualTo(model.reaches(id, other));
    ContentHash parent =
        model.commit(id).parents().isEmpty() ? id : model.commit(id).parents().get(0);
    assertThat(repository.resolve(id + (parent.equals(id) ? "~0" : "~1"))).isEqualTo(parent);
  }

  /** The newest record of a ref, and its number. */
  void newest(RefName name) {
    Optional<RefRecord> record = repository.backend().refs().read(name);
    assertThat(record.map(RefRecord::number).orElse(0L)).isEqualTo(model.number(name.full()));
    assertThat(record.flatMap(RefRecord::target)).isEqualTo(model.target(name.full()));
  }

  /** Every ref's log, record by record without a gap, and the contents of what it holds. */
  void everyRef() {
    model
        .logs()
        .forEach(
            (full, targets) -> {
              RefName name = RefName.parseFull(full);
              newest(name);
              long number = targets.size();
              Iterator<RefRecord> log = repository.refs().log(name);
              while (log.hasNext()) {
                RefRecord record = log.next();
                assertThat(record.number()).isEqualTo(number);
                assertThat(record.target()).isEqualTo(targets.get((int) number - 1));
                number--;
              }
              assertThat(number).isZero();
              model
                  .target(full)
                  .ifPresent(
                      id ->
                          assertThat(Stores.contents(repository.snapshot(id)))
                              .isEqualTo(model.commit(id).contents()));
            });
    for (RefName.Kind kind : RefName.Kind.values()) {
      assertThat(repository.refs().list(kind))
          .extracting(each -> each.name().full())
          .containsExactlyElementsOf(model.holding(kind.folder()).keySet());
    }
  }

  /** All of history from every target that a ref ever had: complete, once each, no circle. */
  void history() {
    Set<ContentHash> targets = new HashSet<>();
    Set<ContentHash> expected = new HashSet<>();
    model.logs().values().forEach(log -> log.forEach(each -> each.ifPresent(targets::add)));
    targets.forEach(
        each -> {
          if (!expected.contains(each)) {
            expected.addAll(model.ancestors(each));
          }
        });
    Set<ContentHash> met = new HashSet<>();
    Iterator<Logged> walk = repository.history(targets);
    while (walk.hasNext()) {
      Logged next = walk.next();
      assertThat(met.add(next.id())).as("commit %s is met once", next.id()).isTrue();
      assertThat(next.commit().parents()).isEqualTo(model.commit(next.id()).parents());
      assertThat(met).doesNotContainAnyElementsOf(parentsOrNone(next));
    }
    assertThat(met).isEqualTo(expected);
  }

  private static List<ContentHash> parentsOrNone(Logged next) {
    // An iterable that is empty matches nothing, which the assertion refuses.
    return next.commit().parents().isEmpty() ? List.of(ContentHash.ZERO) : next.commit().parents();
  }
}
