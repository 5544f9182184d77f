package dev.varve.tools;

import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.version.Commit;
import java.util.stream.Collectors;

/** Commits as they are shown. */
final class Commits {
  private Commits() {}

  /** The object of a commit that is read. */
  static JsonLine line(HashAlgorithm algorithm, ContentHash id, Commit commit) {
    return JsonLine.of("commit")
        .put("commit", id)
        .texts("parents", commit.parents())
        .put("root", commit.manifest().root(algorithm))
        .put("time", Words.time(commit.timeMillis()))
        .put("author", commit.author())
        .put("message", commit.message())
        .texts("attributes", commit.attributes());
  }

  /** A commit in one line, for lists. */
  static String brief(ContentHash id, Commit commit) {
    return Words.brief(id)
        + "  "
        + Words.when(commit.timeMillis())
        + "  "
        + Words.safe(commit.author())
        + "  "
        + Words.subject(commit.message());
  }

  /** A commit in words, a fact a line. */
  static String full(HashAlgorithm algorithm, ContentHash id, Commit commit) {
    StringBuilder words = new StringBuilder();
    words.append("commit   ").append(id).append('\n');
    if (!commit.parents().isEmpty()) {
      words
          .append("parents  ")
          .append(commit.parents().stream().map(Words::brief).collect(Collectors.joining(" ")))
          .append('\n');
    }
    words.append("root     ").append(commit.manifest().root(algorithm)).append('\n');
    words.append("time     ").append(Words.time(commit.timeMillis())).append('\n');
    words.append("author   ").append(Words.safe(commit.author())).append('\n');
    commit
        .attributes()
        .forEach(
            (name, value) ->
                words
                    .append("  ")
                    .append(Words.safe(name))
                    .append(" = ")
                    .append(Words.safe(value))
                    .append('\n'));
    words.append('\n');
    commit
        .message()
        .lines()
        .forEach(line -> words.append("    ").append(Words.safe(line)).append('\n'));
    return words.toString();
  }
}
