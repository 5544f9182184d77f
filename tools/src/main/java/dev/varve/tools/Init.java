package dev.varve.tools;

import dev.varve.hash.HashAlgorithm;
import dev.varve.version.Repository;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a repository. */
@Command(name = "init", description = "Make a new, empty repository.")
final class Init extends Subcommand {
  @Parameters(
      paramLabel = "REPO",
      description = "A directory that is absent or empty, or s3://bucket/prefix.")
  private String repo = "";

  @Option(
      names = "--hash",
      paramLabel = "ALGORITHM",
      defaultValue = "sha256",
      description = "sha256 (the default, and the fastest here) or blake3.")
  private String hash = "";

  Init(Console console) {
    super(console);
  }

  @Override
  String example() {
    return "varve init $R";
  }

  @Override
  int run(Output out) {
    HashAlgorithm algorithm =
        HashAlgorithm.ofLabel(hash)
            .orElseThrow(
                () ->
                    Refusal.usage(
                        "no such hash algorithm: '" + hash + "'", "choose sha256 or blake3"));
    try (Repository made = Repositories.create(console, repo, s3, algorithm)) {
      if (out.json()) {
        out.line(
            JsonLine.of("repository")
                .put("repo", repo)
                .put("format", 1)
                .put("hash", made.config().hash().label()));
      } else {
        out.words("made the repository " + repo + " (" + made.config().hash().label() + ")");
      }
    }
    return Failure.OK;
  }
}
