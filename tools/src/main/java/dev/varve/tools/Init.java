package dev.varve.tools;

import dev.varve.hash.HashAlgorithm;
import dev.varve.version.Repository;
import dev.varve.version.RepositoryConfig;
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

  @Option(
      names = "--single-writer",
      description =
          "For s3:// on a server that cannot tell two writers apart: whoever writes keeps all"
              + " others out meanwhile.")
  private boolean singleWriter;

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
    if (singleWriter && !S3Options.isS3(repo)) {
      throw Refusal.usage(
          "--single-writer is for buckets: on a disk any number of processes may write",
          "leave it out");
    }
    RepositoryConfig config = RepositoryConfig.of(algorithm);
    try (Repository made =
        Repositories.create(console, repo, s3, singleWriter ? config.forSingleWriter() : config)) {
      if (out.json()) {
        JsonLine line =
            JsonLine.of("repository")
                .put("repo", repo)
                .put("format", 1)
                .put("hash", made.config().hash().label());
        out.line(singleWriter ? line.put("single_writer", true) : line);
      } else {
        out.words(
            "made the repository "
                + repo
                + " ("
                + made.config().hash().label()
                + (singleWriter ? ", for one writer at a time)" : ")"));
      }
    }
    return Failure.OK;
  }
}
