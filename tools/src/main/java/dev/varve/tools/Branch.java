package dev.varve.tools;

import dev.varve.ref.RefName;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists, makes, moves and deletes branches. */
@Command(name = "branch", description = "List branches, or make, move or delete one.")
final class Branch extends RefCommand {
  @Option(names = "-f", description = "Move a branch that is there already.")
  private boolean force;

  Branch(Console console) {
    super(console);
  }

  @Override
  String example() {
    return "varve init $R && echo 21.5 | varve put $R air/c/0 - && varve branch $R trial main";
  }

  @Override
  RefName.Kind kind() {
    return RefName.Kind.HEADS;
  }

  @Override
  boolean mayMove() {
    return force;
  }

  @Override
  String existsHint() {
    return "'-f' moves it";
  }
}
