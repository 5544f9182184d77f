package dev.varve.tools;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.ParameterException;

/** The {@code varve} command's entry. */
public final class Main {
  /** Not an exit code: the line was refused by a parser that does not know all options. */
  private static final int PARSE_AGAIN = -1;

  private Main() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    System.exit(run(Console.system(), Arguments.ofProcess(args)));
  }

  /** Runs one command in given surroundings; never throws. */
  static int run(Console console, String... args) {
    boolean json = wantsJson(args);
    try {
      int exit = commandLine(console, json, args, mentionsNoBucket(args)).execute(args);
      if (exit == PARSE_AGAIN) {
        exit = commandLine(console, json, args, false).execute(args);
      }
      console.out().flush();
      return exit;
    } catch (IOException gone) {
      return Failure.FAILED;
    } catch (Throwable unexpected) {
      return Failure.of(unexpected).tell(console, json, unexpected);
    }
  }

  /**
   * Only the command that is asked for is made: reading the annotations of all of them would take
   * longer than most commands do.
   *
   * @param local whether the options about buckets are left out, which takes as long again; then
   *     {@link #PARSE_AGAIN} is the exit code where the line is refused
   */
  private static CommandLine commandLine(
      Console console, boolean json, String[] args, boolean local) {
    CommandLine varve = new CommandLine(new VarveCommand());
    boolean known = args.length > 0 && CommandList.NAMES.contains(args[0]);
    for (String name : known ? List.of(args[0]) : CommandList.NAMES) {
      add(varve, name, Objects.requireNonNull(CommandList.make(name, console)), local);
    }
    if (!known) {
      varve.addSubcommand("help", new CommandLine.HelpCommand());
    }
    varve.getCommandSpec().versionProvider(new Version());
    // '@' begins no file of arguments: it stands in revisions, and may stand in keys.
    varve.setExpandAtFiles(false);
    varve.setUsageHelpWidth(100);
    varve.setOut(writer(console.out()));
    varve.setErr(writer(console.err()));
    varve.setColorScheme(Help.defaultColorScheme(Help.Ansi.OFF));
    varve.setParameterExceptionHandler(new Refused(console, json, local));
    varve.setExecutionStrategy(new Execution(console, json));
    return varve;
  }

  private static boolean helpWanted(CommandLine.ParseResult parsed) {
    return parsed.isUsageHelpRequested() || parsed.isVersionHelpRequested();
  }

  /** Whether no option about buckets can be needed, unless the line is refused without them. */
  private static boolean mentionsNoBucket(String[] args) {
    for (String argument : args) {
      if (argument.contains("://") || argument.equals("--help") || argument.equals("-h")) {
        return false;
      }
    }
    return args.length > 0 && CommandList.NAMES.contains(args[0]);
  }

  private static void add(CommandLine varve, String name, Subcommand command, boolean local) {
    CommandLine line = new CommandLine(command);
    if (command.namesRepositories() && !local) {
      line.getCommandSpec()
          .addMixin("s3", CommandLine.Model.CommandSpec.forAnnotatedObject(command.s3))
          .addMixin("cache", CommandLine.Model.CommandSpec.forAnnotatedObject(command.cache));
    }
    line.getHelpSectionMap()
        .put(CommandLine.Model.UsageMessageSpec.SECTION_KEY_FOOTER, new Example(command));
    varve.addSubcommand(name, line);
  }

  /** The example as a line of shell for whoever typed the command. */
  static String example(Subcommand command) {
    String example = command.example();
    return (example.contains("$R") ? "R=$(mktemp -d)/ocean; " : "")
        + example.replaceAll(
            "\\bvarve ", Matcher.quoteReplacement(command.console.command() + " "));
  }

  // Classes and not lambdas: a lambda links the interface that it is of when the archive of classes
  // is made, and an interface of a class file as old as picocli's is then left out of the archive,
  // with all that implement it. One class that is looked for in a jar opens thirty jars.

  private record Execution(Console console, boolean json)
      implements CommandLine.IExecutionStrategy {
    @Override
    public int execute(CommandLine.ParseResult parsed) {
      return parsed.hasSubcommand() || helpWanted(parsed)
          ? new CommandLine.RunLast().execute(parsed)
          : noCommand(console, json);
    }
  }

  private record Refused(Console console, boolean json, boolean local)
      implements CommandLine.IParameterExceptionHandler {
    @Override
    public int handleParseException(ParameterException wrong, String[] given) {
      return local ? PARSE_AGAIN : usage(wrong, console, json);
    }
  }

  private static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() throws IOException {
      return new String[] {"varve " + version() + " (format 1)"};
    }
  }

  /** Not picocli's own footer: it breaks long lines, and a broken line cannot be pasted. */
  private record Example(Subcommand command) implements CommandLine.IHelpSectionRenderer {
    @Override
    public String render(Help help) {
      return "\nExample:\n  " + example(command) + "\n";
    }
  }

  private static int noCommand(Console console, boolean json) {
    Refusal refusal =
        Refusal.usage(
            "no command was given", "'" + console.command() + " --help' lists the commands");
    return refusal.failure().tell(console, json, refusal);
  }

  private static int usage(ParameterException wrong, Console console, boolean json) {
    CommandLine at = wrong.getCommandLine();
    List<String> unmatched = at.getUnmatchedArguments();
    Optional<String> option =
        unmatched.stream().filter(given -> given.startsWith("-") && given.length() > 1).findFirst();
    String message = String.valueOf(wrong.getMessage());
    Optional<String> meant = Optional.empty();
    if (at.getParent() == null && !unmatched.isEmpty() && !unmatched.get(0).startsWith("-")) {
      message = "unknown command: '" + unmatched.get(0) + "'";
      meant = Nearest.to(unmatched.get(0), CommandList.NAMES);
    } else if (option.isPresent()) {
      // Told before anything else: a mistyped option also makes something look missing.
      String name = option.get().replaceFirst("=.*", "");
      message = "unknown option: '" + name + "'";
      meant = Nearest.to(name, at.getCommandSpec().optionsMap().keySet());
    }
    String help =
        "'"
            + console.command()
            + (at.getParent() == null ? "" : " " + at.getCommandName())
            + " --help' tells more";
    String hint = meant.map(name -> "did you mean '" + name + "'? ").orElse("") + help;
    return new Failure("usage", Failure.USAGE, message, hint).tell(console, json, wrong);
  }

  /** Looked for by hand: it must be known also where the rest of the line cannot be understood. */
  private static boolean wantsJson(String[] args) {
    return Arrays.stream(args)
        .takeWhile(argument -> !argument.equals("--"))
        .anyMatch("--json"::equals);
  }

  private static PrintWriter writer(OutputStream out) {
    return new PrintWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), true);
  }

  private static String version() throws IOException {
    try (InputStream properties =
        Main.class.getResourceAsStream("/META-INF/maven/dev.varve/tools/pom.properties")) {
      Properties read = new Properties();
      if (properties != null) {
        read.load(properties);
      }
      return read.getProperty("version", "built in place");
    }
  }
}
