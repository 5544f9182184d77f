package dev.varve.tools;

import dev.varve.version.CommitInfo;
import dev.varve.version.Repository;
import dev.varve.version.Transaction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that commands which write share. */
final class WriteOptions {
  @Option(
      names = "-b",
      paramLabel = "BRANCH",
      defaultValue = "main",
      description = "The branch to write to; made where it is not there (default: main).")
  private String branch = "main";

  @Option(names = "-m", paramLabel = "MESSAGE", description = "The commit's message.")
  private @Nullable String message;

  /** The branch to write to. */
  String branch() {
    return branch;
  }

  /** The message given, or the one the command derives. */
  CommitInfo info(String derived) {
    return CommitInfo.of(message == null ? derived : message);
  }

  /** What {@link #begin} looks up first. */
  String first(@Nullable String base) {
    return base == null ? branch : base;
  }

  /** A transaction on the branch as it is, or against the revision that the edits were made on. */
  Transaction begin(Repository repository, @Nullable String base) {
    if (base == null) {
      return repository.begin(branch);
    }
    return repository.begin(branch, repository.resolve(base));
  }
}
