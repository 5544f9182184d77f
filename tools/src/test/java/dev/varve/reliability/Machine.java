package dev.varve.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.error.BackendException;
import dev.varve.hash.ContentHash;
import dev.varve.memory.MemoryBackend;
import dev.varve.ref.RefName;
import dev.varve.sync.Sync;
import dev.varve.sync.SyncReport;
import dev.varve.version.CommitInfo;
import dev.varve.version.CommitOutcome;
import dev.varve.version.Refs;
import dev.varve.version.Repository;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** Does each step to a repository and to the model, and holds one against the other. One thread. */
final class Machine implements AutoCloseable {
  private static final int KEYS = 90;
  private static final List<String> BRANCHES = List.of("main", "side", "work/a", "work/b");
  private static final CommitInfo INFO = CommitInfo.of("step");

  private final UnaryOperator<Repository> crash;
  private final Model model = new Model();
  private final List<ContentHash> known = new ArrayList<>();
  private final List<Held> held = new ArrayList<>();
  private final Map<SortedMap<String, String>, ContentHash> roots = new HashMap<>();
  private final Map<ContentHash, SortedMap<String, String>> contents = new HashMap<>();
  private Repository repository;
  private Repository remote = Stores.create(new MemoryBackend(), 100);
  private Model remoteModel = new Model(model.commits());

  /** {@code crash} gives the repository as the next process finds it. */
  Machine(Repository repository, UnaryOperator<Repository> crash) {
    this.repository = repository;
    this.crash = crash;
  }

  void run(Step step) {
    Random random = new Random(step.seed());
    String branch = pick(random, BRANCHES);
    switch (step.kind()) {
      case COMMIT -> {
        Held fresh = Held.begin(repository, model, branch, Optional.empty());
        fresh.edit(random, KEYS);
        finish(fresh);
      }
      case HOLD -> hold(random, branch);
      case EDIT_HELD -> {
        if (!held.isEmpty()) {
          Held one = pick(random, held);
          one.edit(random, KEYS);
          assertThat(Stores.contents(one.edits)).isEqualTo(one.staged());
        }
      }
      case FINISH_HELD -> {
        if (!held.isEmpty()) {
          finish(held.remove(random.nextInt(held.size())));
        }
      }
      case DROP_HELD -> dropHeld();
      case CRASH -> {
        // What the transactions stored so far is left behind.
        held.clear();
        repository = crash.apply(repository);
      }
      case SYNC -> sync(random);
      default -> {
        if (!known.isEmpty()) {
          onCommit(step.kind(), random, branch, pick(random, known));
        }
      }
    }
  }

  private void onCommit(Step.Kind kind, Random random, String branch, ContentHash commit) {
    String full = "heads/" + branch;
    Optional<ContentHash> head = model.target(full);
    switch (kind) {
      case BRANCH -> create(RefName.branch(branch), commit);
      case TAG -> create(RefName.tag("t" + random.nextInt(6)), commit);
      case DELETE_BRANCH -> delete(RefName.branch(branch));
      case DELETE_TAG -> delete(RefName.tag("t" + random.nextInt(6)));
      case MOVE_BRANCH -> {
        repository.refs().move(RefName.branch(branch), commit, "moved");
        set(full, Optional.of(commit));
      }
      case MERGE -> merge(branch, commit);
      case READ -> new Reading(repository, model).look(random, commit, pick(random, known));
      default -> head.ifPresent(at -> rewrite(kind, random, branch, at, commit));
    }
  }

  private void rewrite(
      Step.Kind kind, Random random, String branch, ContentHash head, ContentHash commit) {
    SortedMap<String, String> ours = model.contents(Optional.of(head));
    SortedMap<String, String> then = model.commit(commit).contents();
    SortedMap<String, String> before = model.firstParent(commit);
    switch (kind) {
      case REVERT ->
          joined(
              repository.rewrites().revert(branch, commit, INFO),
              branch,
              Model.join(then, before, ours),
              List.of(head));
      case CHERRY_PICK ->
          joined(
              repository.rewrites().cherryPick(branch, commit, INFO),
              branch,
              Model.join(before, then, ours),
              List.of(head));
      case SQUASH -> {
        ContentHash from = head;
        for (int i = random.nextInt(4); i > 0 && !model.commit(from).parents().isEmpty(); i--) {
          from = pick(random, model.commit(from).parents());
        }
        CommitOutcome outcome = repository.rewrites().squash(branch, from, head, INFO);
        if (from.equals(head)) {
          assertThat(outcome).isInstanceOf(CommitOutcome.Unchanged.class);
        } else {
          committed(outcome, branch, List.of(from), ours);
        }
      }
      default -> throw new AssertionError(kind);
    }
  }

  private void hold(Random random, String branch) {
    if (held.size() < 3) {
      boolean old = !known.isEmpty() && random.nextInt(4) == 0;
      Optional<ContentHash> base = old ? Optional.of(pick(random, known)) : Optional.empty();
      held.add(Held.begin(repository, model, branch, base));
    }
  }

  private void finish(Held one) {
    Held.Expected expected = one.expected(model);
    try (var edits = one.edits) {
      if (expected instanceof Held.Fails) {
        assertThatThrownBy(() -> edits.commit(INFO)).isInstanceOf(BackendException.class);
        return;
      }
      CommitOutcome outcome = edits.commit(INFO);
      if (expected instanceof Held.Refused refused) {
        conflicted(outcome, refused.joined());
      } else if (expected instanceof Held.Nothing nothing) {
        assertThat(outcome).isInstanceOf(CommitOutcome.Unchanged.class);
        nothing.created().ifPresent(base -> set(one.branch, Optional.of(base)));
      } else if (expected instanceof Held.Commits commits) {
        committed(outcome, edits.branch(), commits.parent().stream().toList(), commits.contents());
      }
    }
    requireNewest(one.branch);
  }

  private static void conflicted(CommitOutcome outcome, Model.Joined joined) {
    assertThat(outcome).isInstanceOf(CommitOutcome.Conflicted.class);
    assertThat(((CommitOutcome.Conflicted) outcome).conflicts())
        .extracting(each -> each.key().toString())
        .containsExactlyInAnyOrderElementsOf(joined.conflicts());
  }

  private void joined(
      CommitOutcome outcome, String branch, Model.Joined joined, List<ContentHash> parents) {
    if (!joined.conflicts().isEmpty()) {
      conflicted(outcome, joined);
    } else if (parents.size() == 1
        && joined.contents().equals(model.commit(parents.get(0)).contents())) {
      assertThat(outcome).isInstanceOf(CommitOutcome.Unchanged.class);
    } else {
      committed(outcome, branch, parents, joined.contents());
    }
    requireNewest("heads/" + branch);
  }

  private void merge(String branch, ContentHash theirs) {
    Optional<ContentHash> head = model.target("heads/" + branch);
    CommitOutcome outcome = repository.rewrites().merge(branch, theirs, INFO);
    if (head.isPresent() && model.reaches(head.get(), theirs)) {
      assertThat(outcome).isInstanceOf(CommitOutcome.Unchanged.class);
      requireNewest("heads/" + branch);
    } else if (head.isEmpty() || model.reaches(theirs, head.get())) {
      assertThat(outcome).isInstanceOf(CommitOutcome.Committed.class);
      assertThat(((CommitOutcome.Committed) outcome).id()).isEqualTo(theirs);
      set("heads/" + branch, Optional.of(theirs));
    } else {
      Optional<ContentHash> base = repository.mergeBase(head.get(), theirs);
      Set<ContentHash> best = model.mergeBases(head.get(), theirs);
      assertThat(base.isPresent()).isEqualTo(!best.isEmpty());
      base.ifPresent(one -> assertThat(best).contains(one));
      joined(
          outcome,
          branch,
          Model.join(
              model.contents(base),
              model.commit(theirs).contents(),
              model.commit(head.get()).contents()),
          List.of(head.get(), theirs));
    }
  }

  private void committed(
      CommitOutcome outcome,
      String branch,
      List<ContentHash> parents,
      SortedMap<String, String> expected) {
    assertThat(outcome).isInstanceOf(CommitOutcome.Committed.class);
    CommitOutcome.Committed done = (CommitOutcome.Committed) outcome;
    SortedMap<String, String> before =
        parents.isEmpty() ? Model.NOTHING : model.commit(parents.get(0)).contents();
    assertThat(done.commit().parents()).isEqualTo(parents);
    assertThat(done.changes().added() + done.changes().changed() + done.changes().removed())
        .isEqualTo(Model.differing(before, expected).size());
    assertThat(model.commits().put(done.id(), new Model.State(expected, parents))).isNull();
    known.add(done.id());
    set("heads/" + branch, Optional.of(done.id()));
    var snapshot = repository.snapshot(branch);
    assertThat(snapshot.id()).isEqualTo(done.id());
    assertThat(Stores.contents(snapshot)).isEqualTo(expected);
    ContentHash root = snapshot.manifest().root(repository.config().hash());
    assertThat(roots.computeIfAbsent(expected, any -> root)).isEqualTo(root);
    assertThat(contents.computeIfAbsent(root, any -> expected)).isEqualTo(expected);
  }

  private void create(RefName name, ContentHash commit) {
    Refs.RefEdit edit = repository.refs().create(name, commit, "made");
    if (model.target(name.full()).isPresent()) {
      assertThat(edit).isInstanceOf(Refs.RefEdit.Exists.class);
    } else {
      assertThat(edit).isInstanceOf(Refs.RefEdit.Done.class);
      set(name.full(), Optional.of(commit));
    }
  }

  private void delete(RefName name) {
    Refs.RefEdit edit = repository.refs().delete(name, "deleted");
    if (model.target(name.full()).isEmpty()) {
      assertThat(edit).isInstanceOf(Refs.RefEdit.Absent.class);
    } else {
      assertThat(edit).isInstanceOf(Refs.RefEdit.Removed.class);
      set(name.full(), Optional.empty());
    }
  }

  private void sync(Random random) {
    Map<String, ContentHash> moves = new TreeMap<>(model.holding("heads"));
    moves.putAll(model.holding("tags"));
    moves
        .entrySet()
        .removeIf(e -> remoteModel.target(e.getKey()).equals(Optional.of(e.getValue())));
    boolean diverged = false;
    for (Map.Entry<String, ContentHash> move : moves.entrySet()) {
      Optional<ContentHash> old = remoteModel.target(move.getKey());
      diverged |=
          old.isPresent()
              && (move.getKey().startsWith("tags/") || !model.reaches(move.getValue(), old.get()));
    }
    SyncReport report = new Sync(repository, remote, (objects, bytes) -> {}).run();
    assertThat(report.diverged().isEmpty()).isEqualTo(!diverged);
    if (diverged) {
      assertThat(report.moves()).isEmpty();
      if (random.nextInt(2) == 0) {
        remote = Stores.create(new MemoryBackend(), random.nextLong());
        remoteModel = new Model(model.commits());
      }
      return;
    }
    Set<ContentHash> sent = new HashSet<>();
    moves.values().forEach(to -> sent.addAll(model.ancestors(to)));
    // A sync asks for the refs that it may move; for all others where one of those is new there.
    boolean asksForAll = moves.keySet().stream().anyMatch(r -> remoteModel.target(r).isEmpty());
    for (String folder : List.of("heads", "tags")) {
      Map<String, ContentHash> there = new TreeMap<>(remoteModel.holding(folder));
      there.keySet().removeIf(ref -> !asksForAll && !model.holding(folder).containsKey(ref));
      there.values().forEach(to -> sent.removeAll(model.ancestors(to)));
    }
    assertThat(report.commits()).isEqualTo(sent.size());
    assertThat(report.moves()).hasSize(moves.size());
    moves.forEach((ref, to) -> remoteModel.set(ref, Optional.of(to)));
    new Reading(remote, remoteModel).everyRef();
  }

  /** Everything that can be looked at, and a proof of all that is stored. */
  void checkAll() {
    new Reading(repository, model).everyRef();
    new Reading(repository, model).history();
    Stores.requireClean(repository);
    Stores.requireClean(remote);
  }

  private void set(String ref, Optional<ContentHash> target) {
    model.set(ref, target);
    requireNewest(ref);
  }

  private void requireNewest(String ref) {
    new Reading(repository, model).newest(RefName.parseFull(ref));
  }

  private void dropHeld() {
    held.forEach(each -> each.edits.close());
    held.clear();
  }

  private static <T> T pick(Random random, List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  @Override
  public void close() {
    dropHeld();
    repository.close();
  }
}
