package dev.varve.tools;

import dev.varve.ref.RefName;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists, makes and deletes tags. */
@Command(name = "tag", description = "List tags, or make or delete one; a tag is never moved.")
final class Tag extends RefCommand {
  @Option(names = "-f", hidden = true)
  private boolean force;

  Tag(Console console) {
    super(console);
  }

  @Override
  String example() {
    return "varve init $R && echo 21.5 | varve put $R air/c/0 - && varve tag $R v1 main";
  }

  @Override
  RefName.Kind kind() {
    return RefName.Kind.TAGS;
  }

  @Override
  boolean mayMove() {
    return false;
  }

  @Override
  String existsHint() {
    return force
        ? "a tag is never moved, by '-f' neither; choose another name"
        : "a tag is never moved; choose another name";
  }
}
