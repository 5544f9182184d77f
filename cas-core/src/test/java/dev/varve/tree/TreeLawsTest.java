package dev.varve.tree;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.hash.ContentHash;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What must hold for every map and every edit. */
class TreeLawsTest {
  @Property(tries = 300)
  void editingEqualsRebuilding(
      @ForAll long seed, @ForAll @IntRange(max = 6000) int size, @ForAll boolean documents) {
    Random random = new Random(seed);
    Trees trees = new Trees();
    SortedMap<Key, Entry> map = Trees.map(random, size / (documents ? 10 : 1), documents);
    ContentHash root = trees.build(map);
    for (int round = 0; round < 3; round++) {
      SortedMap<Key, Optional<Entry>> edits =
          Trees.edits(random, map, 1 << random.nextInt(10), documents);
      map = Trees.apply(map, edits);
      root = trees.edit(root, edits);
      assertThat(root).isEqualTo(trees.build(map));
      assertThat(trees.read(root)).isEqualTo(map);
      assertThat(walked(trees.tree(root))).isEqualTo(map.size());
    }
  }

  /** A walk checks that every node begins and ends where the rule says. */
  private static int walked(Tree tree) {
    int[] entries = {0};
    tree.walk(
        new byte[0],
        Optional.empty(),
        new NodeVisitor() {
          @Override
          public boolean enter(ContentHash node) {
            return true;
          }

          @Override
          public void entry(Key key, Entry entry) {
            entries[0]++;
          }
        });
    return entries[0];
  }

  @Property(tries = 100)
  void deletingEverythingGivesTheEmptyRoot(
      @ForAll long seed, @ForAll @IntRange(max = 3000) int size) {
    Trees trees = new Trees();
    SortedMap<Key, Entry> map = Trees.map(new Random(seed), size, false);
    SortedMap<Key, Optional<Entry>> deletes = new TreeMap<>();
    map.keySet().forEach(key -> deletes.put(key, Optional.empty()));
    assertThat(trees.edit(trees.build(map), deletes)).isEqualTo(trees.empty());
  }

  @Property(tries = 200)
  void differencesAppliedToTheFirstGiveTheSecond(
      @ForAll long seed, @ForAll @IntRange(max = 5000) int size) {
    Random random = new Random(seed);
    Trees trees = new Trees();
    SortedMap<Key, Entry> map = Trees.map(random, size, false);
    SortedMap<Key, Entry> other =
        random.nextInt(4) == 0
            ? Trees.map(random, size, false)
            : Trees.apply(map, Trees.edits(random, map, 1 << random.nextInt(9), false));
    ContentHash a = trees.build(map);
    ContentHash b = trees.build(other);
    List<Difference> differences = new ArrayList<>();
    Tree.diff(trees.tree(a), trees.tree(b), new byte[0]).forEachRemaining(differences::add);
    assertThat(differences).isSortedAccordingTo((x, y) -> x.key().compareTo(y.key()));
    SortedMap<Key, Optional<Entry>> edits = new TreeMap<>();
    for (Difference d : differences) {
      assertThat(d.before()).isEqualTo(Optional.ofNullable(map.get(d.key())));
      assertThat(d.after())
          .isEqualTo(Optional.ofNullable(other.get(d.key())))
          .isNotEqualTo(d.before());
      edits.put(d.key(), d.after());
    }
    assertThat(Trees.apply(map, edits)).isEqualTo(other);
    assertThat(trees.edit(a, edits)).isEqualTo(b);
  }

  /** Leaves with the same keys are compared without reading these. */
  @Property(tries = 100)
  void differencesOfEqualKeysAreThoseOfTheirEntries(
      @ForAll long seed,
      @ForAll @IntRange(max = 5000) int size,
      @ForAll @IntRange(min = 1, max = 200) int oneIn) {
    Random random = new Random(seed);
    Trees trees = new Trees();
    SortedMap<Key, Entry> map = Trees.map(random, size, random.nextInt(4) == 0);
    SortedMap<Key, Entry> other = new TreeMap<>(map);
    List<Difference> expected = new ArrayList<>();
    other.replaceAll(
        (key, before) -> {
          Entry after = random.nextInt(oneIn) == 0 ? Trees.entry(random, false) : before;
          if (!after.equals(before)) {
            expected.add(new Difference(key, Optional.of(before), Optional.of(after)));
          }
          return after;
        });
    List<Difference> found = new ArrayList<>();

    Tree.diff(trees.tree(trees.build(map)), trees.tree(trees.build(other)), new byte[0])
        .forEachRemaining(found::add);

    assertThat(found).isEqualTo(expected);
  }

  @Property(tries = 200)
  void prefixedReadsAgreeWithTheMap(@ForAll long seed, @ForAll @IntRange(max = 4000) int size) {
    Random random = new Random(seed);
    Trees trees = new Trees();
    SortedMap<Key, Entry> map = Trees.map(random, size, false);
    SortedMap<Key, Entry> other = Trees.apply(map, Trees.edits(random, map, 50, false));
    Tree tree = trees.tree(trees.build(map));
    Tree changed = trees.tree(trees.build(other));
    for (String text : List.of("", "air/c/1/", "air/", "group/3/", "b", "zzz", "\uD83C", "a")) {
      byte[] prefix =
          text.equals("\uD83C")
              ? new byte[] {(byte) 0xFF, (byte) 0xFF}
              : text.getBytes(StandardCharsets.UTF_8);
      List<KeyEntry> expected = new ArrayList<>();
      long bytes = 0;
      for (var each : map.entrySet()) {
        if (each.getKey().startsWith(prefix)) {
          expected.add(new KeyEntry(each.getKey(), each.getValue()));
          bytes += each.getValue().length();
        }
      }
      List<KeyEntry> found = new ArrayList<>();
      tree.cursor(prefix).remaining().forEachRemaining(found::add);
      assertThat(found).isEqualTo(expected);
      assertThat(tree.totals(prefix)).isEqualTo(new Totals(expected.size(), bytes));
      long differing = 0;
      for (Iterator<Difference> d = Tree.diff(tree, changed, prefix); d.hasNext(); differing++) {
        assertThat(d.next().key().startsWith(prefix)).isTrue();
      }
      SortedMap<Key, Entry> all = new TreeMap<>(map);
      all.putAll(other);
      assertThat(differing)
          .isEqualTo(
              all.keySet().stream()
                  .filter(
                      k ->
                          k.startsWith(prefix)
                              && !Optional.ofNullable(map.get(k))
                                  .equals(Optional.ofNullable(other.get(k))))
                  .count());
    }
    for (int i = 0; i < 50; i++) {
      Key key = Trees.key(random, size * 2 + 10);
      assertThat(tree.get(key)).isEqualTo(Optional.ofNullable(map.get(key)));
    }
  }

  @Property(tries = 100)
  void everyNodeHasOneEncoding(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 2000) int size,
      @ForAll boolean documents) {
    Trees trees = new Trees();
    trees.build(Trees.map(new Random(seed), size / (documents ? 10 : 1), documents));
    trees
        .backend
        .contents()
        .forEach(
            (hash, bytes) -> {
              Node node = NodeCodec.decode(hash, bytes);
              NodeBuilder again = new NodeBuilder(node.level());
              for (int i = 0; i < node.count(); i++) {
                again.add(node.key(i), node.slot(i));
              }
              assertThat(again.encode()).isEqualTo(bytes);
            });
  }
}
