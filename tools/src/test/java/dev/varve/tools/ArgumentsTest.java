package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ArgumentsTest {
  private static final String[] MANGLED = {"cat", "r", "main", "gr\uFFFD\uFFFDe"};

  private static byte[] line(String... words) {
    return (String.join("\0", words) + "\0").getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void takesTheLastArgumentsOfTheCommandLine() {
    assertThat(
            Arguments.asGiven(
                MANGLED, line("java", "-jar", "varve.jar", "cat", "r", "main", "größe")))
        .containsExactly("cat", "r", "main", "größe");
    assertThat(Arguments.asGiven(MANGLED, line("java", "", "größe", "", "日本")))
        .containsExactly("", "größe", "", "日本");
  }

  @Test
  void keepsWhatTheJvmMadeWhereTheBytesAreNotUtf8OrTooFew() {
    byte[] latin = line("java", "cat", "r", "main", "gr?e");
    latin[latin.length - 3] = (byte) 0xFC;
    assertThat(Arguments.asGiven(MANGLED, latin)).isSameAs(MANGLED);
    assertThat(Arguments.asGiven(MANGLED, line("r", "main"))).isSameAs(MANGLED);
    assertThat(Arguments.ofProcess(new String[] {"log", "größe"})).containsExactly("log", "größe");
  }
}
