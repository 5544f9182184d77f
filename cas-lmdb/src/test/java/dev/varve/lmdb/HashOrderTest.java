package dev.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.hash.ContentHash;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HashOrderTest {
  private static List<ContentHash> random(int count) {
    Random random = new Random(count);
    List<ContentHash> hashes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      hashes.add(
          i % 7 == 6
              ? hashes.get(random.nextInt(i))
              : new ContentHash(random.nextLong(), random.nextLong(), i, 0));
    }
    return hashes;
  }

  @Test
  void ordersAsRowsAreOrdered() {
    List<ContentHash> expected = new ArrayList<>(random(50_000));
    Collections.sort(expected);

    assertThat(HashOrder.of(random(50_000))).isEqualTo(expected);
  }

  @Test
  void keepsAllWhereThereAreMoreThanItCounts() {
    List<ContentHash> many = random(150_001);
    List<ContentHash> ordered = new ArrayList<>(HashOrder.of(many));

    Collections.sort(many);
    Collections.sort(ordered);
    assertThat(ordered).isEqualTo(many);
  }

  @Test
  void keepsThoseThatBeginAlike() {
    List<ContentHash> alike =
        List.of(
            new ContentHash(-1, 0, 0, 3),
            new ContentHash(-1, 0, 0, 1),
            new ContentHash(0, 0, 0, 2),
            new ContentHash(-1, 0, 0, 3));

    assertThat(HashOrder.of(alike)).containsExactlyInAnyOrderElementsOf(alike);
    assertThat(HashOrder.of(alike).get(0)).isEqualTo(alike.get(2));
    assertThat(HashOrder.of(List.of())).isEmpty();
  }
}
