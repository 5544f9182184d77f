package dev.varve.version;

import static dev.varve.version.Repositories.commit;
import static dev.varve.version.Repositories.committed;
import static dev.varve.version.Repositories.contents;
import static dev.varve.version.Repositories.map;
import static dev.varve.version.Repositories.memory;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.error.InvalidNameException;
import dev.varve.error.NotFoundException;
import dev.varve.hash.ContentHash;
import dev.varve.ref.RefName;
import org.junit.jupiter.api.Test;

class RewritesTest {
  private final Repository repository = memory();

  private void branch(String name, String from) {
    assertThat(repository.refs().create(RefName.branch(name), repository.resolve(from), "test"))
        .isInstanceOf(Refs.RefEdit.Done.class);
  }

  @Test
  void mergeJoinsDisjointChangesWithTwoParents() {
    commit(repository, "main", "a", "0", "b", "0");
    branch("side", "main");
    ContentHash ours = committed(commit(repository, "main", "a", "1")).id();
    ContentHash theirs = committed(commit(repository, "side", "b", "2", "c", "3")).id();
    CommitOutcome.Committed done =
        committed(repository.rewrites().merge("main", theirs, CommitInfo.of("merge")));
    assertThat(done.commit().parents()).containsExactly(ours, theirs);
    assertThat(contents(repository.snapshot("main"))).isEqualTo(map("a", "1", "b", "2", "c", "3"));
    assertThat(repository.mergeBase(ours, theirs)).contains(repository.resolve("side~1"));
    assertThat(repository.rewrites().merge("main", theirs, CommitInfo.of("again")))
        .isInstanceOf(CommitOutcome.Unchanged.class);
  }

  @Test
  void mergeOfADescendantMovesTheBranchAndMakesNoCommit() {
    commit(repository, "main", "a", "0");
    branch("side", "main");
    ContentHash theirs = committed(commit(repository, "side", "b", "2")).id();
    assertThat(committed(repository.rewrites().merge("main", theirs, CommitInfo.of("ff"))).id())
        .isEqualTo(theirs);
    assertThat(repository.resolve("main")).isEqualTo(theirs);
  }

  @Test
  void mergeReportsWhatClashesAndChangesNothing() {
    commit(repository, "main", "a", "0");
    branch("side", "main");
    ContentHash ours = committed(commit(repository, "main", "a", "1")).id();
    ContentHash theirs = committed(commit(repository, "side", "a", "2")).id();
    CommitOutcome outcome = repository.rewrites().merge("main", theirs, CommitInfo.of("merge"));
    assertThat(outcome).isInstanceOf(CommitOutcome.Conflicted.class);
    Conflict conflict = ((CommitOutcome.Conflicted) outcome).conflicts().get(0);
    Snapshot mine = repository.snapshot(ours);
    assertThat(conflict.ours().map(mine::hashOf))
        .contains(repository.config().hash().hash(Repositories.bytes("1")));
    assertThat(conflict.theirs().map(mine::hashOf))
        .contains(repository.config().hash().hash(Repositories.bytes("2")));
    assertThat(repository.resolve("main")).isEqualTo(ours);
  }

  @Test
  void revertTakesBackOneCommitAndKeepsLaterOnes() {
    commit(repository, "main", "a", "0");
    ContentHash wrong = committed(commit(repository, "main", "a", "wrong", "b", "new")).id();
    commit(repository, "main", "c", "later");
    committed(repository.rewrites().revert("main", wrong, CommitInfo.of("revert")));
    assertThat(contents(repository.snapshot("main"))).isEqualTo(map("a", "0", "c", "later"));
    commit(repository, "main", "a", "again");
    assertThat(repository.rewrites().revert("main", wrong, CommitInfo.of("revert")))
        .isInstanceOf(CommitOutcome.Conflicted.class);
  }

  @Test
  void cherryPickDoesOneCommitAgainElsewhere() {
    commit(repository, "main", "a", "0");
    branch("side", "main");
    commit(repository, "side", "x", "no");
    ContentHash wanted = committed(commit(repository, "side", "y", "yes")).id();
    committed(repository.rewrites().cherryPick("main", wanted, CommitInfo.of("pick")));
    assertThat(contents(repository.snapshot("main"))).isEqualTo(map("a", "0", "y", "yes"));
    assertThat(repository.rewrites().cherryPick("main", wanted, CommitInfo.of("again")))
        .isInstanceOf(CommitOutcome.Unchanged.class);
  }

  @Test
  void squashLeavesOneCommitAndTheOldOnesReadable() {
    ContentHash from = committed(commit(repository, "main", "a", "0")).id();
    ContentHash middle = committed(commit(repository, "main", "b", "1")).id();
    ContentHash to = committed(commit(repository, "main", "c", "2")).id();
    CommitOutcome.Committed done =
        committed(repository.rewrites().squash("main", from, to, CommitInfo.of("squash")));
    assertThat(done.commit().parents()).containsExactly(from);
    assertThat(done.commit().manifest()).isEqualTo(repository.commit(to).manifest());
    assertThat(contents(repository.snapshot(middle))).isEqualTo(map("a", "0", "b", "1"));
    assertThat(repository.resolve(to.toString().substring(0, 12))).isEqualTo(to);
    assertThatThrownBy(() -> repository.rewrites().squash("main", from, to, CommitInfo.of("x")))
        .isInstanceOf(InvalidNameException.class);
  }

  @Test
  void revisionsFollowNamesParentsAndTime() {
    ContentHash one = committed(commit(repository, "main", "a", "1")).id();
    ContentHash two = committed(commit(repository, "main", "a", "2")).id();
    ContentHash three = committed(commit(repository, "main", "a", "3")).id();
    repository.refs().create(RefName.tag("v1"), two, "test");
    assertThat(repository.resolve("main~2")).isEqualTo(one);
    assertThat(repository.resolve("main~~")).isEqualTo(one);
    assertThat(repository.resolve("v1")).isEqualTo(two);
    assertThat(repository.resolve("v1~1")).isEqualTo(one);
    assertThat(repository.resolve(three.toString())).isEqualTo(three);
    assertThat(repository.resolve(three.toString().substring(0, 16))).isEqualTo(three);
    long then = repository.refs().find(RefName.branch("main")).orElseThrow().record().timeMillis();
    assertThat(repository.resolve("main@{" + java.time.Instant.ofEpochMilli(then) + "}"))
        .isEqualTo(three);
    assertThat(repository.resolve("main@{" + java.time.Instant.ofEpochMilli(then - 1) + "}"))
        .isEqualTo(two);
    assertThatThrownBy(() -> repository.resolve("main~3")).isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> repository.resolve("nothing")).isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> repository.resolve("main@{1990-01-01T00:00Z}"))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> repository.resolve("main@{yesterday}"))
        .isInstanceOf(InvalidNameException.class);
    assertThatThrownBy(() -> repository.resolve("main^")).isInstanceOf(InvalidNameException.class);
    assertThatThrownBy(() -> repository.resolve("")).isInstanceOf(InvalidNameException.class);
  }

  @Test
  void aDeletedBranchGoesOnInItsLogWhenMadeAgain() {
    ContentHash one = committed(commit(repository, "main", "a", "1")).id();
    repository.refs().delete(RefName.branch("main"), "test");
    assertThat(repository.refs().list(RefName.Kind.HEADS)).isEmpty();
    assertThatThrownBy(() -> repository.resolve("main")).isInstanceOf(NotFoundException.class);
    commit(repository, "main", "b", "2");
    assertThat(repository.refs().find(RefName.branch("main")).orElseThrow().record().number())
        .isEqualTo(3);
    assertThat(repository.commit(one)).isNotNull();
  }

  @Test
  void theContentHashIsEqualForEqualContentWhereverItLies() {
    commit(
        repository,
        "main",
        "x/a/zarr.json",
        "{}",
        "x/a/c/0",
        "0",
        "y/z/zarr.json",
        "{}",
        "y/z/c/0",
        "0",
        "q",
        "r");
    Snapshot snapshot = repository.snapshot("main");
    assertThat(repository.contentHash(snapshot, "x/a"))
        .isEqualTo(repository.contentHash(snapshot, "y/z/"));
    assertThat(repository.contentHash(snapshot, "x"))
        .isNotEqualTo(repository.contentHash(snapshot, "y"));
    assertThat(repository.contentHash(snapshot, ""))
        .isEqualTo(snapshot.manifest().root(repository.config().hash()));
  }

  @Test
  void everyFormerTargetIsReachedFromTheRootsOfARef() {
    ContentHash from = committed(commit(repository, "main", "a", "0")).id();
    commit(repository, "main", "b", "1");
    ContentHash to = committed(commit(repository, "main", "c", "2")).id();
    ContentHash squashed =
        committed(repository.rewrites().squash("main", from, to, CommitInfo.of("squash"))).id();
    assertThat(repository.refs().roots(RefName.branch("main"))).containsExactly(squashed, to);
    repository.refs().delete(RefName.branch("main"), "test");
    ContentHash again = committed(commit(repository, "main", "d", "3")).id();
    assertThat(repository.refs().roots(RefName.branch("main")))
        .containsExactly(again, squashed, to);
    assertThat(repository.refs().roots(RefName.branch("none"))).isEmpty();
  }
}
