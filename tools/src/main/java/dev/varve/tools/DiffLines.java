package dev.varve.tools;

import com.fasterxml.jackson.databind.JsonNode;
import dev.varve.hash.ContentHash;
import dev.varve.zarr.ZarrChange;
import dev.varve.zarr.ZarrChange.ArrayAdded;
import dev.varve.zarr.ZarrChange.ArrayRemoved;
import dev.varve.zarr.ZarrChange.ArrayResized;
import dev.varve.zarr.ZarrChange.AttributeChanged;
import dev.varve.zarr.ZarrChange.Change;
import dev.varve.zarr.ZarrChange.ChunkChanged;
import dev.varve.zarr.ZarrChange.ChunkTotals;
import dev.varve.zarr.ZarrChange.FileChanged;
import dev.varve.zarr.ZarrChange.GroupAdded;
import dev.varve.zarr.ZarrChange.GroupRemoved;
import dev.varve.zarr.ZarrChange.MetadataChanged;
import dev.varve.zarr.ZarrChange.Summary;
import dev.varve.zarr.ZarrPath;
import java.util.Optional;
import java.util.function.Consumer;

/** Prints the changes of a diff as they come. One thread. */
final class DiffLines implements Consumer<ZarrChange> {
  private final Output out;
  private final boolean stat;

  /** Prints to {@code out}; with {@code stat}, chunks as totals alone. */
  DiffLines(Output out, boolean stat) {
    this.out = out;
    this.stat = stat;
  }

  @Override
  public void accept(ZarrChange change) {
    if (stat && change instanceof ChunkChanged) {
      return;
    }
    if (out.json()) {
      out.line(line(change));
    } else {
      out.words(words(change));
    }
  }

  private static JsonLine line(ZarrChange change) {
    if (change instanceof ArrayAdded added) {
      return at("array-added", added.path());
    } else if (change instanceof ArrayRemoved removed) {
      return at("array-removed", removed.path());
    } else if (change instanceof GroupAdded added) {
      return at("group-added", added.path());
    } else if (change instanceof GroupRemoved removed) {
      return at("group-removed", removed.path());
    } else if (change instanceof ArrayResized resized) {
      return at("array-resized", resized.path())
          .numbers("old", resized.before())
          .numbers("new", resized.after());
    } else if (change instanceof AttributeChanged attribute) {
      return values(
          at("attribute", attribute.path()).put("name", attribute.name()),
          attribute.before(),
          attribute.after());
    } else if (change instanceof MetadataChanged metadata) {
      return values(
          at("metadata", metadata.path()).put("field", metadata.field()),
          metadata.before(),
          metadata.after());
    } else if (change instanceof ChunkChanged chunk) {
      JsonLine line =
          at("chunk", chunk.path())
              .numbers("coords", chunk.coords().toList())
              .put("change", chunk.change().label());
      chunk.before().ifPresent(hash -> line.put("old", hash));
      chunk.after().ifPresent(hash -> line.put("new", hash));
      return line;
    } else if (change instanceof ChunkTotals totals) {
      return at("chunks", totals.path())
          .put("added", totals.added())
          .put("changed", totals.changed())
          .put("removed", totals.removed())
          .put("bytes_added", totals.bytesAdded())
          .put("bytes_removed", totals.bytesRemoved());
    } else if (change instanceof FileChanged file) {
      return JsonLine.of("file")
          .put("key", file.key().toString())
          .put("change", file.change().label());
    }
    Summary summary = (Summary) change;
    return JsonLine.of("summary")
        .put("keys_added", summary.keysAdded())
        .put("keys_changed", summary.keysChanged())
        .put("keys_removed", summary.keysRemoved());
  }

  private static JsonLine at(String type, ZarrPath path) {
    return JsonLine.of(type).put("path", path.toString());
  }

  /** A value that is not there is left out: null is a value that a document may hold. */
  private static JsonLine values(
      JsonLine line, Optional<JsonNode> before, Optional<JsonNode> after) {
    before.ifPresent(value -> line.json("old", strict(value)));
    after.ifPresent(value -> line.json("new", strict(value)));
    return line;
  }

  /** Jackson writes NaN and the infinities, which Zarr has as bare words, as strings. */
  private static String strict(JsonNode value) {
    return value.toString();
  }

  private static String words(ZarrChange change) {
    if (change instanceof ArrayAdded added) {
      return "+ array " + name(added.path());
    } else if (change instanceof ArrayRemoved removed) {
      return "- array " + name(removed.path());
    } else if (change instanceof GroupAdded added) {
      return "+ group " + name(added.path());
    } else if (change instanceof GroupRemoved removed) {
      return "- group " + name(removed.path());
    } else if (change instanceof ArrayResized resized) {
      return "~ array "
          + name(resized.path())
          + "  shape "
          + resized.before()
          + " -> "
          + resized.after();
    } else if (change instanceof AttributeChanged attribute) {
      return "~ "
          + name(attribute.path())
          + "  attribute "
          + Words.safe(attribute.name())
          + ": "
          + shown(attribute.before())
          + " -> "
          + shown(attribute.after());
    } else if (change instanceof MetadataChanged metadata) {
      return "~ "
          + name(metadata.path())
          + "  "
          + Words.safe(metadata.field())
          + ": "
          + shown(metadata.before())
          + " -> "
          + shown(metadata.after());
    } else if (change instanceof ChunkChanged chunk) {
      return sign(chunk.change())
          + " "
          + name(chunk.path())
          + "  chunk "
          + chunk.coords()
          + "  "
          + brief(chunk.before())
          + " -> "
          + brief(chunk.after());
    } else if (change instanceof ChunkTotals totals) {
      return "= "
          + name(totals.path())
          + "  chunks: "
          + Words.count(totals.added())
          + " added, "
          + Words.count(totals.changed())
          + " changed, "
          + Words.count(totals.removed())
          + " removed (+"
          + Words.size(totals.bytesAdded())
          + ", -"
          + Words.size(totals.bytesRemoved())
          + ")";
    } else if (change instanceof FileChanged file) {
      return sign(file.change()) + " file " + Words.safe(file.key().toString());
    }
    Summary summary = (Summary) change;
    return "keys: "
        + Words.count(summary.keysAdded())
        + " added, "
        + Words.count(summary.keysChanged())
        + " changed, "
        + Words.count(summary.keysRemoved())
        + " removed";
  }

  private static String name(ZarrPath path) {
    return Words.safe(path.toString());
  }

  private static String sign(Change change) {
    return switch (change) {
      case ADDED -> "+";
      case CHANGED -> "~";
      case REMOVED -> "-";
    };
  }

  private static String brief(Optional<ContentHash> hash) {
    return hash.map(ContentHash::brief).orElse("none");
  }

  private static String shown(Optional<JsonNode> value) {
    String text = value.map(JsonNode::toString).orElse("none");
    return Words.safe(text.length() > 80 ? text.substring(0, 77) + "..." : text);
  }
}
