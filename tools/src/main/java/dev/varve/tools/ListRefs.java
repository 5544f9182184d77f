package dev.varve.tools;

import dev.varve.hash.ContentHash;
import dev.varve.ref.RefName;
import dev.varve.ref.RefRecord;
import dev.varve.version.Refs;
import dev.varve.version.Repository;
import java.util.Iterator;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists refs, or what they held. */
@Command(name = "refs", description = "List branches, tags and pins, or every move they made.")
final class ListRefs extends Subcommand {
  @Parameters(index = "0", arity = "0..1", paramLabel = "REPO", description = "The repository.")
  private @Nullable String repo;

  @Option(
      names = "--log",
      arity = "0..1",
      fallbackValue = "",
      paramLabel = "NAME",
      description = "Every move of one ref, or of all, newest first; deletions too.")
  private @Nullable String log;

  ListRefs(Console console) {
    super(console);
  }

  @Override
  String example() {
    return "varve init $R && echo 21.5 | varve put $R air/c/0 - && varve refs $R --log main";
  }

  /** The word for a kind of ref. */
  static String word(RefName.Kind kind) {
    return switch (kind) {
      case HEADS -> "branch";
      case TAGS -> "tag";
      case PINS -> "pin";
    };
  }

  @Override
  int run(Output out) {
    if (repo == null && log != null && !log.isEmpty()) {
      // "refs --log REPO": the option took the repository for a name.
      repo = log;
      log = "";
    }
    if (repo == null) {
      throw Refusal.usage("the repository is missing", "'varve refs REPO'");
    }
    try (Repository repository = open(repo)) {
      if (log == null) {
        for (RefName.Kind kind : RefName.Kind.values()) {
          repository.refs().list(kind).forEach(ref -> tell(ref.record(), out));
        }
      } else if (log.isEmpty()) {
        for (RefName.Kind kind : RefName.Kind.values()) {
          // The store lists deleted refs, too; their moves are still there to read.
          for (RefRecord newest : repository.backend().refs().list(kind)) {
            tellAll(repository.refs().log(newest.name()), out);
          }
        }
      } else {
        tellAll(find(repository.refs(), log), out);
      }
    }
    return Failure.OK;
  }

  private static Iterator<RefRecord> find(Refs refs, String name) {
    int slash = name.indexOf('/');
    for (RefName.Kind kind : RefName.Kind.values()) {
      Iterator<RefRecord> moves = refs.log(new RefName(kind, name));
      if (moves.hasNext()) {
        return moves;
      }
      if (slash > 0 && name.substring(0, slash).equals(kind.folder())) {
        Iterator<RefRecord> full = refs.log(RefName.parseFull(name));
        if (full.hasNext()) {
          return full;
        }
      }
    }
    throw Refusal.notFound(
        "there never was a ref '" + name + "'", "'varve refs REPO' lists what is there");
  }

  private static void tellAll(Iterator<RefRecord> moves, Output out) {
    moves.forEachRemaining(move -> tell(move, out));
  }

  private static void tell(RefRecord move, Output out) {
    String target = move.target().map(ContentHash::toString).orElse(null);
    if (out.json()) {
      out.line(
          JsonLine.of("ref")
              .put("name", move.name().name())
              .put("kind", word(move.name().kind()))
              .put("commit", target)
              .put("time", Words.time(move.timeMillis()))
              .put("reason", move.reason())
              .put("who", move.who())
              .put("number", move.number()));
    } else {
      out.words(
          String.format(
              Locale.ROOT,
              "%-6s %-20s %s  %s  %s",
              word(move.name().kind()),
              move.name().name(),
              target == null ? "(deleted)   " : target.substring(0, 12),
              Words.when(move.timeMillis()),
              Words.subject(move.reason())));
    }
  }
}
