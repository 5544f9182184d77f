package dev.varve.tree;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.hash.ContentHash;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What operations on a tree of 300,000 keys touch, counted in nodes. */
class TreeCostTest {
  private static final int KEYS = 300_000;
  private static final Trees TREES = new Trees();
  private static ContentHash root;

  @BeforeAll
  static void build() {
    Random random = new Random(2);
    TreeEditor editor = new TreeEditor(TREES.source, TREES.sink(), TREES.empty());
    for (int i = 0; i < KEYS; i++) {
      editor.put(key(i), Trees.blob(random));
    }
    root = editor.finish();
  }

  private static Key key(int i) {
    return Key.of(String.format("a%d/c/%04d/%02d", i / 100_000, i / 100 % 1000, i % 100));
  }

  /** A source that has read nothing yet. */
  private static NodeSource cold() {
    return TREES.source(1 << 26);
  }

  @Test
  void aLookupReadsOnePath() {
    NodeSource cold = cold();
    assertThat(new Tree(cold, root).get(key(123_456))).isPresent();
    assertThat(cold.loads()).isEqualTo(cold.root(root).level() + 1L).isLessThanOrEqualTo(3);
  }

  @Test
  void anOverwriteWritesOnePathAndReadsLittleMore() {
    NodeSource cold = cold();
    long[] written = {0};
    TreeEditor editor = new TreeEditor(cold, (hash, bytes) -> written[0]++, root);
    editor.put(key(200_000), Trees.blob(new Random(77)));
    editor.finish();
    assertThat(written[0]).isEqualTo(3);
    assertThat(cold.loads()).isLessThanOrEqualTo(5);
  }

  @Test
  void onlyNodesOfMostlyOldEntriesSayWhichTheyReplace() {
    int[] one = hints(1);
    // A root has few children, so one that changed may be most of it.
    assertThat(one[0]).isGreaterThanOrEqualTo(one[1] - 1).isGreaterThanOrEqualTo(2);

    int[] many = hints(50_000);
    assertThat(many[0]).isLessThan(many[1] / 10);
  }

  /** Puts new keys side by side; counts nodes with a hint, and all. */
  private static int[] hints(int keys) {
    int[] counts = new int[2];
    NodeSink sink =
        new NodeSink() {
          @Override
          public void put(ContentHash hash, ByteBuffer bytes) {
            counts[1]++;
          }

          @Override
          public void put(ContentHash hash, ByteBuffer bytes, ContentHash replaced) {
            counts[0]++;
            counts[1]++;
          }
        };
    TreeEditor editor = new TreeEditor(cold(), sink, root);
    Random random = new Random(80);
    for (int i = 0; i < keys; i++) {
      editor.put(Key.of(String.format("a1/c/0500/x%05d", i)), Trees.blob(random));
    }
    editor.finish();
    return counts;
  }

  @Test
  void anAppendWritesOnePath() {
    NodeSource cold = cold();
    long[] written = {0};
    TreeEditor editor = new TreeEditor(cold, (hash, bytes) -> written[0]++, root);
    editor.put(Key.of("a9/c/0"), Trees.blob(new Random(78)));
    editor.finish();
    assertThat(written[0]).isLessThanOrEqualTo(4);
    assertThat(cold.loads()).isLessThanOrEqualTo(5);
  }

  @Test
  void anEditThatChangesNothingWritesNothing() {
    NodeSource cold = cold();
    long[] written = {0};
    TreeEditor editor = new TreeEditor(cold, (hash, bytes) -> written[0]++, root);
    editor.delete(Key.of("a0/absent"));
    editor.put(key(100), new Tree(cold, root).get(key(100)).orElseThrow());
    assertThat(editor.finish()).isEqualTo(root);
    assertThat(written[0]).isZero();
  }

  @Test
  void theDifferenceOfOneKeyReadsTwoPaths() {
    TreeEditor editor = new TreeEditor(TREES.source, TREES.sink(), root);
    editor.put(key(7), Trees.blob(new Random(79)));
    ContentHash other = editor.finish();
    NodeSource cold = cold();
    Iterator<Difference> all = Tree.diff(new Tree(cold, root), new Tree(cold, other), new byte[0]);
    assertThat(all.next().key()).isEqualTo(key(7));
    assertThat(all.hasNext()).isFalse();
    assertThat(cold.loads()).isLessThanOrEqualTo(6);
  }

  @Test
  void totalsBelowAPrefixReadTwoPaths() {
    NodeSource cold = cold();
    byte[] prefix = "a1/".getBytes(StandardCharsets.UTF_8);
    assertThat(new Tree(cold, root).totals(prefix).keys()).isEqualTo(100_000);
    assertThat(cold.loads()).isLessThanOrEqualTo(5);
  }

  @Test
  void manyEditsCostFarLessThanOneByOne() {
    long[] written = {0};
    TreeEditor editor = new TreeEditor(TREES.source, (hash, bytes) -> written[0]++, root);
    Random random = new Random(80);
    for (int i = 0; i < 1000; i++) {
      editor.put(key(100_000 + i), Trees.blob(random));
    }
    editor.finish();
    assertThat(written[0]).isLessThan(20);
  }
}
