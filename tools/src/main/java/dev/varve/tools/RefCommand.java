package dev.varve.tools;

import dev.varve.hash.ContentHash;
import dev.varve.ref.RefName;
import dev.varve.version.Refs;
import dev.varve.version.Refs.RefEdit;
import dev.varve.version.Repository;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code branch} and {@code tag} share: list, make, delete. */
abstract class RefCommand extends Subcommand {
  @Parameters(index = "0", paramLabel = "REPO", description = "The repository.")
  private String repo = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "NAME",
      description = "The name to make; without it, all are listed.")
  private @Nullable String name;

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "REV",
      description = "The revision it names (default: main).")
  private @Nullable String revision;

  @Option(names = "-d", paramLabel = "NAME", description = "Delete this one; its commits stay.")
  private @Nullable String deleted;

  /** Runs in these surroundings. */
  protected RefCommand(Console console) {
    super(console);
  }

  /** Which refs the command is about. */
  abstract RefName.Kind kind();

  /** Whether a name that is taken moves. */
  abstract boolean mayMove();

  /** What to do where a name is taken. */
  abstract String existsHint();

  @Override
  final int run(Output out) {
    if (deleted != null && name != null) {
      throw Refusal.usage(
          "-d " + deleted + " and '" + name + "' are given at once",
          "make or delete one at a time");
    }
    RefName wanted = named(deleted == null ? name : deleted);
    try (Repository repository = open(repo)) {
      if (wanted == null) {
        for (Refs.Named ref : repository.refs().list(kind())) {
          tell(ref, repository, out);
        }
      } else if (deleted != null) {
        delete(repository, wanted, out);
      } else {
        make(repository, wanted, repository.resolve(revision == null ? "main" : revision), out);
      }
    }
    return Failure.OK;
  }

  private @Nullable RefName named(@Nullable String text) {
    return text == null ? null : new RefName(kind(), text);
  }

  private void make(Repository repository, RefName wanted, ContentHash commit, Output out) {
    String reason = word() + (revision == null ? "" : " from " + revision);
    RefEdit edit =
        mayMove()
            ? repository.refs().move(wanted, commit, reason)
            : repository.refs().create(wanted, commit, reason);
    if (edit instanceof RefEdit.Exists exists) {
      throw Refusal.failed(
          "exists",
          "the "
              + word()
              + " '"
              + wanted.name()
              + "' is there already, at "
              + Words.brief(exists.ref().commit()),
          existsHint());
    }
    told(edit, repository, out);
  }

  private void delete(Repository repository, RefName wanted, Output out) {
    RefEdit edit = repository.refs().delete(wanted, "deleted");
    if (edit instanceof RefEdit.Absent) {
      throw Refusal.notFound(
          "there is no " + word() + " '" + wanted.name() + "'",
          "'varve " + word() + "' lists what is there");
    }
    told(edit, repository, out);
  }

  private void told(RefEdit edit, Repository repository, Output out) {
    if (edit instanceof RefEdit.Raced raced) {
      throw Refusal.failed(
          "raced",
          "somebody else moved " + raced.name() + " meanwhile; nothing was changed",
          "try again");
    }
    if (edit instanceof RefEdit.Done done) {
      tell(done.ref(), repository, out);
    } else if (edit instanceof RefEdit.Removed removed) {
      if (out.json()) {
        out.line(line(removed.ref()).put("deleted", true));
      } else {
        out.words(
            "deleted the "
                + word()
                + " "
                + removed.ref().name().name()
                + ", which was at "
                + removed.ref().commit());
      }
    }
  }

  private void tell(Refs.Named ref, Repository repository, Output out) {
    if (out.json()) {
      out.line(line(ref));
    } else {
      out.words(
          String.format(
              Locale.ROOT,
              "%-20s %s",
              ref.name().name(),
              Commits.brief(ref.commit(), repository.commit(ref.commit()))));
    }
  }

  private JsonLine line(Refs.Named ref) {
    return JsonLine.of(word()).put("name", ref.name().name()).put("commit", ref.commit());
  }

  /** The kind's word, which is the command's name and the type of its lines. */
  private String word() {
    return ListRefs.word(kind());
  }
}
