package dev.varve.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.error.CorruptDataException;
import dev.varve.error.StoreException;
import dev.varve.error.UnsupportedFormatException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NodeCodecTest {
  private static byte[] leaf() {
    NodeBuilder builder = new NodeBuilder(0);
    Random random = new Random(3);
    for (int i = 10; i < 50; i++) {
      builder.add(Key.of("air/c/" + i), i % 7 == 0 ? Entry.EMPTY : Trees.blob(random));
    }
    builder.add(Key.of("air/zarr.json"), new Entry.Inline(ByteBuffer.wrap(new byte[] {'{', '}'})));
    return bytes(builder);
  }

  private static byte[] interior() {
    NodeBuilder builder = new NodeBuilder(1);
    for (int i = 10; i < 50; i++) {
      builder.add(
          Key.of("air/c/" + i), new Child(ContentHash.of(new byte[32]), new Totals(i, 1L << i)));
    }
    return bytes(builder);
  }

  private static byte[] bytes(NodeBuilder builder) {
    ByteBuffer encoded = builder.encode();
    byte[] bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    return bytes;
  }

  private static Node decode(byte[] bytes) {
    return NodeCodec.decode(HashAlgorithm.SHA256.hash(bytes), ByteBuffer.wrap(bytes));
  }

  /** A hostile writer can give any bytes their right hash: the decoder alone stands between. */
  @Test
  void changedBytesAreRefusedOrAreAnotherNodeInItsOneEncoding() {
    for (byte[] original : List.of(leaf(), interior())) {
      for (int at = 0; at < original.length; at++) {
        for (int bit = 0; bit < 8; bit++) {
          byte[] changed = original.clone();
          changed[at] ^= (byte) (1 << bit);
          try {
            Node node = decode(changed);
            NodeBuilder again = new NodeBuilder(node.level());
            for (int i = 0; i < node.count(); i++) {
              again.add(node.key(i), node.slot(i));
            }
            assertThat(bytes(again)).isEqualTo(changed);
          } catch (CorruptDataException | UnsupportedFormatException refused) {
            assertThat(refused).hasMessageMatching("(?s).*(node|entry).*");
          }
        }
      }
    }
  }

  @Test
  void truncatedAndLengthenedBytesAreRefused() {
    byte[] whole = leaf();
    for (int length = 0; length < whole.length; length++) {
      byte[] part = java.util.Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> decode(part)).isInstanceOf(StoreException.class);
    }
    assertThatThrownBy(() -> decode(java.util.Arrays.copyOf(whole, whole.length + 1)))
        .isInstanceOf(CorruptDataException.class);
  }

  @Test
  void randomBytesBehindAHeaderAreRefusedWithoutLargeAllocations() {
    Random random = new Random(11);
    byte[] whole = leaf();
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[NodeCodec.HEADER + random.nextInt(200)];
      random.nextBytes(bytes);
      System.arraycopy(whole, 0, bytes, 0, 6);
      assertThatThrownBy(() -> decode(bytes)).isInstanceOf(StoreException.class);
    }
  }

  @Test
  void reservedKindsAreRefusedByName() {
    byte[] bytes = leaf();
    NodeLayoutProbe probe = new NodeLayoutProbe(bytes);
    for (var kind : List.of(List.of(3, "segments"), List.of(4, "external"))) {
      byte[] changed = bytes.clone();
      changed[probe.kindOfFirst()] = ((Integer) kind.get(0)).byteValue();
      assertThatThrownBy(() -> decode(changed))
          .isInstanceOf(UnsupportedFormatException.class)
          .hasMessageContaining((String) kind.get(1));
    }
  }

  /** Where the kinds stand: behind header, restarts and keys. */
  private record NodeLayoutProbe(byte[] bytes) {
    int kindOfFirst() {
      ByteBuffer in = ByteBuffer.wrap(bytes);
      int count = in.getInt(8);
      return NodeCodec.HEADER + 4 * ((count + 15) / 16) + in.getInt(12);
    }
  }

  @Test
  void aNewerNodeIsRefusedAsNewerAndNotAsDamage() {
    byte[] bytes = leaf();
    bytes[4] = 2;
    assertThatThrownBy(() -> decode(bytes))
        .isInstanceOf(UnsupportedFormatException.class)
        .hasMessageContaining("2")
        .hasMessageContaining("1 to 1");
  }

  @Test
  void aChildThatIsNotWhatItsParentSaysIsFound() {
    Trees trees = new Trees();
    Random random = new Random(1);
    List<ContentHash> leaves = new ArrayList<>();
    for (int n = 0; n < 2; n++) {
      NodeBuilder builder = new NodeBuilder(0);
      builder.add(Key.of("k" + n), Trees.blob(random));
      ByteBuffer bytes = builder.encode();
      ContentHash hash = HashAlgorithm.SHA256.hash(bytes);
      trees.sink().put(hash, bytes);
      leaves.add(hash);
    }
    Totals right = trees.source.root(leaves.get(0)).totals();
    record Lie(String lastKey, Totals totals, int level) {}
    for (Lie lie :
        List.of(
            new Lie("k1", right, 1),
            new Lie("k0", new Totals(2, right.bytes()), 1),
            new Lie("k0", right, 2))) {
      NodeBuilder parent = new NodeBuilder(lie.level());
      parent.add(Key.of(lie.lastKey()), new Child(leaves.get(0), lie.totals()));
      ByteBuffer bytes = parent.encode();
      ContentHash root = HashAlgorithm.SHA256.hash(bytes);
      trees.sink().put(root, bytes);
      assertThatThrownBy(() -> trees.read(root)).isInstanceOf(CorruptDataException.class);
    }
  }

  @Test
  void sizesStayCloseToTheTarget() {
    Trees trees = new Trees();
    Random random = new Random(9);
    TreeEditor editor = new TreeEditor(trees.source, trees.sink(), trees.empty());
    for (int i = 0; i < 200_000; i++) {
      editor.put(Key.of(String.format("air/c/%05d/%d", i / 10, i % 10)), Trees.blob(random));
    }
    editor.finish();
    long leaves = trees.backend.contents().values().stream().filter(b -> b.get(6) == 0).count();
    long bytes = trees.backend.contents().values().stream().mapToLong(ByteBuffer::remaining).sum();
    int largest =
        trees.backend.contents().values().stream().mapToInt(ByteBuffer::remaining).max().orElse(0);
    assertThat(bytes / leaves).isBetween(12_000L, 20_000L);
    assertThat(largest).isLessThan(45_000);
  }
}
