package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class UsageTest {
  @TempDir Path directory;

  static Iterable<String> commands() {
    return CommandList.NAMES;
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandHasHelpThatEndsWithItsExample(String command) {
    Cli.Result help = Cli.run(command, "--help").exits(0);
    assertThat(help.err()).isEmpty();
    String last = help.out().stripTrailing().lines().reduce((a, b) -> b).orElseThrow();
    assertThat(last).matches("  (R=\\$\\(mktemp -d\\)/ocean; .*)?varve " + command + "( .*)?");
    assertThat(help.out()).contains("--json").contains("Usage: varve " + command);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandRefusesWhatItDoesNotKnow(String command) {
    JsonNode told = Cli.run(command, "--json", "--no-such-option").exits(2).error();
    assertThat(told.path("code").asText()).isEqualTo("usage");
    assertThat(told.path("message").asText()).contains("--no-such-option");
    assertThat(Cli.run(command, "--jsom").exits(2).err()).contains("'--jsom'").contains("'--json'");
  }

  static Stream<String> commandsOfARepository() {
    return CommandList.NAMES.stream().filter(name -> !name.equals("demo"));
  }

  @ParameterizedTest
  @MethodSource("commandsOfARepository")
  void everyCommandRefusesALineWithoutARepository(String command) {
    JsonNode error = Cli.run(command, "--json").exits(2).error();
    assertThat(error.path("code").asText()).isEqualTo("usage");
  }

  @ParameterizedTest
  @CsvSource({"lgo,log", "exprt,export", "cherrypick,cherry-pick", "verfy,verify", "branhc,branch"})
  void anUnknownCommandIsRefusedWithTheNearest(String mistyped, String meant) {
    Cli.Result words = Cli.run(mistyped, "x").exits(2);
    assertThat(words.err()).contains("'" + mistyped + "'").contains("did you mean");
    assertThat(words.err()).contains("'" + meant + "'");
    assertThat(Cli.run(mistyped, "--json").exits(2).error().path("message").asText())
        .contains(mistyped);
  }

  @Test
  void jsonStandsAnywhereAfterTheCommand() {
    String repo = Cli.repository(directory);
    Cli.put(repo, "a", "1");
    String first = Cli.run("log", "--json", repo).exits(0).out();
    assertThat(Cli.run("log", repo, "--json").exits(0).out()).isEqualTo(first);
    assertThat(Cli.run("log", repo, "--json", "main").exits(0).out()).isEqualTo(first);
    assertThat(Cli.run("log", repo, "main", "-n", "1", "--json").exits(0).out()).isEqualTo(first);
    Cli.run("log", repo, "main", "one", "too", "many", "--json").exits(2).error();
    Cli.run("log", repo, "-n", "--json").exits(2).error();
    Cli.run("log", repo, "-n", "1", "-n", "2", "--json").exits(2).error();
  }

  @Test
  void anArgumentThatBeginsWithAnAtSignIsNoFile() {
    String repo = Cli.repository(directory);
    Cli.put(repo, "@/etc/hostname", "1");
    assertThat(Cli.run("cat", repo, "main", "@/etc/hostname").exits(0).out()).isEqualTo("1");
  }

  @Test
  void withoutACommandTheHelpIsPointedAt() {
    assertThat(Cli.run().exits(2).err()).contains("--help");
    Cli.Result help = Cli.run("--help").exits(0);
    for (String command : CommandList.NAMES) {
      assertThat(help.out()).contains("\n  " + command + " ");
    }
    assertThat(Cli.run("help", "log").exits(0).out()).contains("Usage: varve log");
    assertThat(Cli.run("--version").exits(0).out()).startsWith("varve ").contains("format 1");
    assertThat(Cli.run("--verzion").exits(2).err()).contains("'--version'");
  }

  @Test
  void everyNameInTheListMakesACommand() {
    Console console = Console.system();
    for (String name : CommandList.NAMES) {
      assertThat(CommandList.make(name, console)).as(name).isNotNull();
    }
    assertThat(CommandList.make("nosuch", console)).isNull();
  }
}
