package dev.varve.hash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class XxHash64Test {
  private static String hash(String text, long seed) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    return String.format("%016x", XxHash64.hash(bytes, 0, bytes.length, seed));
  }

  /**
   * Values of the reference implementation, as its documentation and test programs publish them.
   */
  @Test
  void agreesWithTheReferenceImplementation() {
    assertThat(hash("", 0)).isEqualTo("ef46db3751d8e999");
    assertThat(hash("a", 0)).isEqualTo("d24ec4f1a98c6e5b");
    assertThat(hash("abc", 0)).isEqualTo("44bc2cf5ad770999");
    assertThat(hash("Nobody inspects the spammish repetition", 0)).isEqualTo("fbcea83c8a378bf1");
  }

  @Test
  void readsAnyPartOfAnArray() {
    byte[] padded = "xxabcyy".getBytes(StandardCharsets.US_ASCII);
    assertThat(String.format("%016x", XxHash64.hash(padded, 2, 3, 0))).isEqualTo(hash("abc", 0));
  }

  @Test
  void contentHashesAreTheStandardOnes() {
    byte[] abc = "abc".getBytes(StandardCharsets.US_ASCII);
    assertThat(HashAlgorithm.SHA256.hash(abc))
        .hasToString("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assertThat(HashAlgorithm.BLAKE3.hash(abc))
        .hasToString("6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85");
    ByteBuffer direct = ByteBuffer.allocateDirect(3).put(abc).flip();
    for (HashAlgorithm algorithm : HashAlgorithm.values()) {
      assertThat(algorithm.hash(direct)).isEqualTo(algorithm.hash(abc));
      assertThat(direct.remaining()).isEqualTo(3);
      assertThat(HashAlgorithm.ofCode(algorithm.code())).contains(algorithm);
      assertThat(HashAlgorithm.ofLabel(algorithm.label())).contains(algorithm);
    }
  }

  @Test
  void hashesOrderByUnsignedBytesAndSurviveText() {
    ContentHash low = ContentHash.parse("7f".repeat(32));
    ContentHash high = ContentHash.parse("80".repeat(32));
    assertThat(low).isLessThan(high);
    assertThat(ContentHash.of(high.toBytes())).isEqualTo(high);
    assertThat(ContentHash.parse(high.toString())).isEqualTo(high);
    assertThat(high.brief()).isEqualTo("80808080");
  }
}
