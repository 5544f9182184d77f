package dev.varve.tools;

import dev.varve.hash.HashAlgorithm;
import dev.varve.tree.Totals;
import dev.varve.version.Repository;
import dev.varve.version.Snapshot;
import dev.varve.zarr.ZarrNode;
import dev.varve.zarr.ZarrNode.ArrayNode;
import dev.varve.zarr.ZarrNode.GroupNode;
import dev.varve.zarr.ZarrPath;
import dev.varve.zarr.ZarrTree;
import java.util.Iterator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows one commit and how much it holds. */
@Command(name = "show", description = "Show a commit, and how much its snapshot holds.")
final class Show extends Subcommand {
  @Parameters(index = "0", paramLabel = "REPO", description = "The repository.")
  private String repo = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "REV",
      defaultValue = "main",
      description = "The revision (default: main).")
  private String revision = "main";

  Show(Console console) {
    super(console);
  }

  @Override
  String example() {
    return "varve init $R && echo 21.5 | varve put $R air/c/0 - && varve show $R main";
  }

  @Override
  int run(Output out) {
    try (Repository repository = open(repo, revision)) {
      Snapshot snapshot = repository.snapshot(revision);
      HashAlgorithm algorithm = repository.config().hash();
      Totals totals = snapshot.commit().totals();
      long groups = 0;
      long arrays = 0;
      long chunks = 0;
      ZarrTree tree = new ZarrTree(snapshot);
      for (Iterator<ZarrNode> nodes = tree.nodes(ZarrPath.ROOT); nodes.hasNext(); ) {
        ZarrNode node = nodes.next();
        if (node instanceof ArrayNode array) {
          arrays++;
          chunks += tree.chunks(array).present();
        } else if (node instanceof GroupNode) {
          groups++;
        }
      }
      if (out.json()) {
        out.line(
            Commits.line(algorithm, snapshot.id(), snapshot.commit())
                .put("keys", totals.keys())
                .put("bytes", totals.bytes())
                .put("groups", groups)
                .put("arrays", arrays)
                .put("chunks", chunks));
      } else {
        out.words(Commits.full(algorithm, snapshot.id(), snapshot.commit()));
        out.words(
            Words.count(totals.keys(), "key")
                + ", "
                + Words.size(totals.bytes())
                + ": "
                + Words.count(groups, "group")
                + ", "
                + Words.count(arrays, "array")
                + ", "
                + Words.count(chunks, "chunk"));
      }
    }
    return Failure.OK;
  }
}
