package dev.varve.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.hash.HashAlgorithm;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

class GeneratedSourceTest {
  private static byte[] read(GeneratedSource source) throws IOException {
    try (InputStream in = source.open()) {
      return in.readAllBytes();
    }
  }

  @Test
  void streamGivesTheBytesThatAtTells() throws IOException {
    GeneratedSource source = GeneratedSource.of(7, 100_003);

    byte[] bytes = read(source);

    assertThat(bytes).hasSize(100_003);
    for (int i = 0; i < bytes.length; i++) {
      assertThat(bytes[i]).isEqualTo(source.at(i));
    }
    assertThat(source.hash()).isEqualTo(HashAlgorithm.SHA256.hash(bytes));
    assertThat(read(source)).isEqualTo(bytes);
  }

  @Test
  void seedsGiveDifferentBytes() {
    assertThat(GeneratedSource.of(1, 100).hash()).isNotEqualTo(GeneratedSource.of(2, 100).hash());
  }

  @Test
  void breaksAndEndsWhereItIsTold() throws IOException {
    GeneratedSource source = GeneratedSource.of(1, 1000);

    assertThat(read(source.endingAfter(10))).hasSize(10);
    assertThat(source.endingAfter(10).length()).isEqualTo(1000);
    assertThatThrownBy(() -> read(source.breakingAfter(500)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("after 500 bytes");
    assertThatThrownBy(() -> read(source.breakingAfter(1000))).isInstanceOf(IOException.class);
  }
}
