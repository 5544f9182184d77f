package dev.varve.tools;

import dev.varve.hash.ContentHash;
import dev.varve.version.CommitInfo;
import dev.varve.version.CommitOutcome;
import dev.varve.version.Repository;
import dev.varve.version.Transaction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Applies a stream of edits in as many commits as it asks for. Each group is made against what this
 * command last saw of the branch, not against what others did meanwhile.
 */
@Command(
    name = "apply",
    description = {
      "Apply edits from standard input, JSON Lines, in as many commits as they ask for.",
      "  {\"put\":KEY,\"file\":PATH}   {\"put\":KEY,\"base64\":BYTES}   {\"delete\":KEY}",
      "  {\"commit\":MESSAGE}   makes one commit of the edits before it"
    })
final class Apply extends Subcommand {
  @Parameters(index = "0", paramLabel = "REPO", description = "The repository.")
  private String repo = "";

  @Option(
      names = "-b",
      paramLabel = "BRANCH",
      defaultValue = "main",
      description = "The branch to write to; made where it is not there (default: main).")
  private String branch = "main";

  Apply(Console console) {
    super(console);
  }

  @Override
  String example() {
    return "varve init $R && printf '{\"put\":\"a\",\"base64\":\"AQI=\"}\\n{\"commit\":\"one\"}\\n' | varve apply $R";
  }

  /** Commits that were asked for are left undone, which is no success. */
  @Override
  int exitWhenReaderGone() {
    return Failure.FAILED;
  }

  @Override
  int run(Output out) throws IOException {
    try (Values values = new Values(console);
        Repository repository = open(repo)) {
      return new Stream(repository, out, values, new LineReader(console.in())).apply();
    }
  }

  /** One run over standard input. */
  private final class Stream {
    private final Repository repository;
    private final Output out;
    private final Values values;
    private final LineReader lines;
    private long pending;

    Stream(Repository repository, Output out, Values values, LineReader lines) {
      this.repository = repository;
      this.out = out;
      this.values = values;
      this.lines = lines;
    }

    int apply() throws IOException {
      Outcomes outcomes = new Outcomes(repository, out);
      Optional<ContentHash> seen = Optional.empty();
      while (true) {
        try (Transaction edits =
            seen.isPresent() ? repository.begin(branch, seen.get()) : repository.begin(branch)) {
          seen = edits.base();
          CommitInfo info = group(edits);
          if (info == null) {
            return Failure.OK;
          }
          CommitOutcome outcome = edits.commit(info);
          int exit = outcomes.tell(branch, outcome, edits.base().stream().toList());
          // A commit is told when it is durable and at once: whoever feeds the stream may wait for
          // it.
          out.flush();
          if (exit != Failure.OK) {
            return exit;
          }
          if (outcome instanceof CommitOutcome.Committed done) {
            seen = Optional.of(done.id());
          }
        }
      }
    }

    /** Makes edits up to the next commit line; null at the end of the stream. */
    private @Nullable CommitInfo group(Transaction edits) throws IOException {
      pending = 0;
      try {
        for (String line = lines.next(); line != null; line = lines.next()) {
          if (line.isBlank()) {
            continue;
          }
          EditLine edit = EditLine.parse(line);
          if (edit instanceof EditLine.Commit commit) {
            return CommitInfo.of(commit.message());
          }
          make(edits, edit);
          pending++;
        }
      } catch (EditLine.Malformed bad) {
        throw atLine(Failure.FAILED, "bad-line", String.valueOf(bad.getMessage()));
      } catch (Refusal refused) {
        throw atLine(Failure.FAILED, "bad-line", String.valueOf(refused.getMessage()));
      } catch (NoSuchFileException absent) {
        throw atLine(Failure.NOT_FOUND, "not-found", "no such file: " + absent.getFile());
      }
      if (pending > 0) {
        out.note(
            "varve: dropped "
                + Words.count(pending, "edit")
                + " after the last commit line of "
                + branch);
      }
      return null;
    }

    private void make(Transaction edits, EditLine edit) throws IOException {
      if (edit instanceof EditLine.PutBytes put) {
        edits.put(put.key(), ByteBuffer.wrap(put.bytes()));
      } else if (edit instanceof EditLine.PutFile put) {
        values.putFile(edits, put.key(), put.file());
      } else if (edit instanceof EditLine.Delete delete) {
        edits.delete(delete.key());
      }
    }

    private Refusal atLine(int exit, String code, String phrase) {
      return Refusal.of(
          exit,
          code,
          "line " + lines.number() + " of standard input: " + phrase,
          pending == 0
              ? "commits of the lines before stand"
              : "commits of the lines before stand; "
                  + Words.count(pending, "edit")
                  + " not yet committed "
                  + (pending == 1 ? "was" : "were")
                  + " dropped");
    }
  }
}
