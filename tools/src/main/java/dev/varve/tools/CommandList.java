package dev.varve.tools;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The commands by name. */
final class CommandList {
  /** All names, in the order in which help lists them. */
  static final List<String> NAMES =
      List.of(
          "init",
          "import",
          "export",
          "put",
          "rm",
          "apply",
          "log",
          "show",
          "ls",
          "tree",
          "cat",
          "diff",
          "hash",
          "verify",
          "repair",
          "branch",
          "tag",
          "refs",
          "merge",
          "revert",
          "cherry-pick",
          "squash",
          "push",
          "pull",
          "fetch",
          "clone",
          "du",
          "dump",
          "doctor",
          "serve",
          "demo");

  private CommandList() {}

  /**
   * Makes a command, or null where none has the name. A switch loads no class but the one it makes.
   */
  static @Nullable Subcommand make(String name, Console console) {
    return switch (name) {
      case "init" -> new Init(console);
      case "import" -> new Import(console);
      case "export" -> new Export(console);
      case "put" -> new Put(console);
      case "rm" -> new Remove(console);
      case "apply" -> new Apply(console);
      case "log" -> new Log(console);
      case "show" -> new Show(console);
      case "ls" -> new ListKeys(console);
      case "tree" -> new ShowTree(console);
      case "cat" -> new Cat(console);
      case "diff" -> new Diff(console);
      case "hash" -> new Hash(console);
      case "verify" -> new Verify(console);
      case "repair" -> new RepairRepository(console);
      case "branch" -> new Branch(console);
      case "tag" -> new Tag(console);
      case "refs" -> new ListRefs(console);
      case "merge" -> new Merge(console);
      case "revert" -> new Revert(console);
      case "cherry-pick" -> new CherryPick(console);
      case "squash" -> new Squash(console);
      case "push" -> new Push(console);
      case "pull" -> new Pull(console);
      case "fetch" -> new Fetch(console);
      case "clone" -> new CloneRepository(console);
      case "du" -> new DiskUsage(console);
      case "dump" -> new Dump(console);
      case "doctor" -> new Doctor(console);
      case "serve" -> new Serve(console);
      case "demo" -> new Demo(console);
      default -> null;
    };
  }
}
