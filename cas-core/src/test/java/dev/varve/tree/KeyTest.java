package dev.varve.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.error.InvalidNameException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyTest {
  @ParameterizedTest
  @ValueSource(strings = {"a\ud83d", "\ude00", "\ud83d/c/0", "\u00e4\ud83d", "a/\ude00\ud83d"})
  void halfOfASurrogatePairIsRefusedThoughItsBytesWouldBeAscii(String text) {
    assertThatThrownBy(() -> Key.of(text)).isInstanceOf(InvalidNameException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"?", "a/c/0", "\u00e4", "\ud83d\ude00", "~\u007f"})
  void textThatUtf8CanHoldIsKept(String text) {
    assertThat(Key.of(text)).hasToString(text).isEqualTo(Key.ofUtf8(Key.of(text).toUtf8()));
  }

  @Test
  void bytesThatAreNoUtf8AreRefused() {
    byte[][] broken = {
      {(byte) 0xff}, {'a', (byte) 0xc3}, {(byte) 0xed, (byte) 0xa0, (byte) 0x80}, {(byte) 0xc0, 'a'}
    };
    for (byte[] bytes : broken) {
      assertThatThrownBy(() -> Key.ofUtf8(bytes)).isInstanceOf(InvalidNameException.class);
    }
  }
}
