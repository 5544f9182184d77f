package dev.varve.tree;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.error.CorruptDataException;
import dev.varve.error.InvalidNameException;
import dev.varve.error.UnsupportedFormatException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.testkit.Fuzz;
import dev.varve.testkit.FuzzTarget;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Any bytes as nodes and keys: refused, or the one encoding of what is read. */
class NodeFuzzTest {
  private static ByteBuffer leaf(int keys, int inline) {
    NodeBuilder builder = new NodeBuilder(0);
    Random random = new Random(3);
    for (int i = 100; i < 100 + keys; i++) {
      builder.add(
          Key.of("air/c/" + i),
          inline == 0 || i % inline > 0
              ? blob(random)
              : i % 2 == 0 ? Entry.EMPTY : new Entry.Inline(ByteBuffer.wrap(new byte[] {'{'})));
    }
    return builder.encode();
  }

  private static Entry blob(Random random) {
    byte[] hash = new byte[ContentHash.BYTES];
    random.nextBytes(hash);
    return new Entry.Blob(ContentHash.of(hash), 1 + random.nextInt(1000));
  }

  private static ByteBuffer interior() {
    NodeBuilder builder = new NodeBuilder(1);
    for (int i = 10; i < 50; i++) {
      builder.add(
          Key.of("air/c/" + i), new Child(ContentHash.of(new byte[32]), new Totals(i, 1L << i)));
    }
    return builder.encode();
  }

  private static void decode(byte[] bytes) {
    Node node = NodeCodec.decode(HashAlgorithm.SHA256.hash(bytes), ByteBuffer.wrap(bytes));
    NodeBuilder again = new NodeBuilder(node.level());
    for (int i = 0; i < node.count(); i++) {
      again.add(node.key(i), node.slot(i));
    }
    if (!again.encode().equals(ByteBuffer.wrap(bytes))) {
      throw new AssertionError("a second encoding was accepted");
    }
  }

  @Test
  void nodesAreRefusedOrHaveOneEncoding() throws InterruptedException {
    FuzzTarget target =
        FuzzTarget.ofBytes(
                "node",
                NodeFuzzTest::decode,
                CorruptDataException.class,
                UnsupportedFormatException.class)
            .seeded(leaf(0, 0))
            .seeded(leaf(40, 0))
            .seeded(leaf(3, 2))
            .seeded(leaf(40, 3))
            .seeded(interior())
            // A key is held whole, and has at most 1,024 bytes where its encoding may have two.
            .allocating(2048, 256 << 10);
    assertThat(Fuzz.run(target)).containsKey("accepted").hasSizeGreaterThan(15);
  }

  @Test
  void keysAreRefusedOrReadBackAsTheyWere() throws InterruptedException {
    FuzzTarget target =
        FuzzTarget.ofBytes(
                "key",
                bytes -> {
                  if (!java.util.Arrays.equals(Key.ofUtf8(bytes).toUtf8(), bytes)) {
                    throw new AssertionError("a key has other bytes");
                  }
                },
                InvalidNameException.class)
            .seeded("air/c/0/0", "zarr.json", "é/☃/𝄞")
            .speaking("/", ".", "..", "\0", "//", "é");
    assertThat(Fuzz.run(target)).containsKey("accepted");
  }

  @Test
  void textsAreRefusedOrAreKeys() throws InterruptedException {
    FuzzTarget target =
        FuzzTarget.ofText(
                "key text",
                text -> {
                  if (!Key.of(text).toString().equals(text)) {
                    throw new AssertionError("a key has another text");
                  }
                },
                InvalidNameException.class)
            .seeded("air/c/0/0", "zarr.json")
            .speaking("/", ".", "..", "\0", "//");
    assertThat(Fuzz.run(target)).containsKey("accepted");
  }
}
