package dev.varve.tools;

import dev.varve.version.Repository;
import dev.varve.zarr.ArrayChunks;
import dev.varve.zarr.ArrayDocument;
import dev.varve.zarr.ZarrNode;
import dev.varve.zarr.ZarrNode.ArrayNode;
import dev.varve.zarr.ZarrNode.GroupNode;
import dev.varve.zarr.ZarrNode.OpaqueNode;
import dev.varve.zarr.ZarrPath;
import dev.varve.zarr.ZarrTree;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows groups and arrays. */
@Command(name = "tree", description = "Show the groups and arrays of a revision.")
final class ShowTree extends Subcommand {
  @Parameters(index = "0", paramLabel = "REPO", description = "The repository.")
  private String repo = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "REV",
      defaultValue = "main",
      description = "The revision (default: main).")
  private String revision = "main";

  ShowTree(Console console) {
    super(console);
  }

  @Override
  String example() {
    return "varve init $R && echo '{\"zarr_format\":2}' | varve put $R .zgroup - && varve tree $R";
  }

  @Override
  int run(Output out) {
    try (Repository repository = open(repo, revision)) {
      ZarrTree tree = new ZarrTree(repository.snapshot(revision));
      Iterator<ZarrNode> nodes = tree.nodes(ZarrPath.ROOT);
      while (nodes.hasNext()) {
        ZarrNode node = nodes.next();
        if (node instanceof ArrayNode array) {
          array(array, tree.chunks(array), out);
        } else if (node instanceof GroupNode group) {
          group(group, out);
        } else if (node instanceof OpaqueNode opaque) {
          opaque(opaque, out);
        }
      }
    }
    return Failure.OK;
  }

  private static void array(ArrayNode array, ArrayChunks chunks, Output out) {
    ArrayDocument document = array.document();
    long present = chunks.present();
    String total = chunks.keys().exactTotal().toString();
    if (out.json()) {
      out.line(
          JsonLine.of("array")
              .put("path", array.path().toString())
              .put("zarr_format", document.zarrFormat())
              .numbers("shape", document.shape())
              .numbers("chunks", document.chunkShape())
              .put("data_type", document.dataType())
              .put("chunks_present", present)
              .json("chunks_total", total));
    } else {
      out.words(
          label(array.path())
              + "  "
              + Words.safe(document.dataType())
              + " ["
              + lengths(document.shape())
              + "]  chunks ["
              + lengths(document.chunkShape())
              + "]  "
              + present
              + " of "
              + total
              + " there  (v"
              + document.zarrFormat()
              + ")");
    }
  }

  private static void group(GroupNode group, Output out) {
    if (out.json()) {
      out.line(
          JsonLine.of("group")
              .put("path", group.path().toString())
              .put("zarr_format", group.document().zarrFormat()));
    } else {
      out.words(label(group.path()) + (group.path().isRoot() ? "" : "/"));
    }
  }

  private static void opaque(OpaqueNode opaque, Output out) {
    if (out.json()) {
      out.line(
          JsonLine.of("unreadable")
              .put("path", opaque.path().toString())
              .put("key", opaque.key().toString())
              .put("reason", opaque.reason()));
    } else {
      out.words(label(opaque.path()) + "  cannot be read: " + Words.safe(opaque.reason()));
    }
  }

  /** The last segment, as far in as the path is deep. */
  private static String label(ZarrPath path) {
    String text = Words.safe(path.toString());
    long depth = path.isRoot() ? 0 : text.chars().filter(c -> c == '/').count();
    return "  ".repeat((int) depth)
        + (path.isRoot() ? "/" : text.substring(text.lastIndexOf('/') + 1));
  }

  private static String lengths(List<Long> lengths) {
    return lengths.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }
}
