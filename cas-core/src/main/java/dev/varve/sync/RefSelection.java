package dev.varve.sync;

import dev.varve.error.NotFoundException;
import dev.varve.hash.ContentHash;
import dev.varve.ref.RefName;
import dev.varve.version.Refs;
import dev.varve.version.Repository;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which commits travel, and the refs that hold them on arrival. Pins stay where they are.
 * Thread-safe.
 */
@FunctionalInterface
public interface RefSelection {
  /**
   * The refs to set at the receiver, each once, branches before tags.
   *
   * @throws NotFoundException where something named is not in {@code from}
   */
  List<RefWish> of(Repository from);

  /** Every branch and every tag, under their names. */
  static RefSelection everything() {
    return branches().and(tags());
  }

  /** Every branch, under its name. */
  static RefSelection branches() {
    return from ->
        from.refs().list(RefName.Kind.HEADS).stream()
            .map(ref -> new RefWish(ref.commit(), ref.name(), RefWish.Rule.FORWARD))
            .toList();
  }

  /** Every tag, under its name. */
  static RefSelection tags() {
    return from ->
        from.refs().list(RefName.Kind.TAGS).stream()
            .map(ref -> new RefWish(ref.commit(), ref.name(), RefWish.Rule.ONCE))
            .toList();
  }

  /** What a revision names, as a branch of the receiver. */
  static RefSelection revision(String revision, String branch) {
    RefName name = RefName.branch(branch);
    return from -> List.of(new RefWish(from.resolve(revision), name, RefWish.Rule.FORWARD));
  }

  /**
   * A branch or a tag, under its name.
   *
   * @return empty where the name is neither in {@code from}, though it may be another revision
   */
  static Optional<RefSelection> named(Repository from, String name) {
    if (!RefName.isValid(name)) {
      return Optional.empty();
    }
    return find(from, RefName.branch(name), RefWish.Rule.FORWARD)
        .or(() -> find(from, RefName.tag(name), RefWish.Rule.ONCE))
        .map(wish -> repository -> List.of(wish));
  }

  private static Optional<RefWish> find(Repository from, RefName name, RefWish.Rule rule) {
    Optional<ContentHash> commit = from.refs().find(name).map(Refs.Named::commit);
    return commit.map(id -> new RefWish(id, name, rule));
  }

  /**
   * The branches among these as pins {@code remote/branch} of the receiver, which hold what was
   * fetched and are nobody's to commit on; tags as they are.
   */
  default RefSelection fetchedAs(String remote) {
    return from ->
        of(from).stream()
            .map(
                wish ->
                    wish.name().kind() == RefName.Kind.HEADS
                        ? new RefWish(
                            wish.commit(),
                            RefName.pin(remote + "/" + wish.name().name()),
                            RefWish.Rule.FOLLOW)
                        : wish)
            .toList();
  }

  /** Both together; what both name goes once. */
  default RefSelection and(RefSelection other) {
    return from -> {
      Map<RefName, RefWish> all = new TreeMap<>();
      List<RefWish> both = new ArrayList<>(of(from));
      both.addAll(other.of(from));
      both.forEach(wish -> all.putIfAbsent(wish.name(), wish));
      return List.copyOf(all.values());
    };
  }
}
