package dev.varve.tools;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.varve.error.CorruptDataException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.tree.NodeVisitor;
import dev.varve.tree.Totals;
import dev.varve.tree.Tree;
import dev.varve.version.Commit;
import dev.varve.version.Repository;
import dev.varve.version.RepositoryConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints the raw truth about one object. Holds one node. */
@Command(name = "dump", description = "Print everything that one stored object says.")
final class Dump extends Subcommand {
  @Parameters(index = "0", paramLabel = "REPO", description = "The repository.")
  private String repo = "";

  @Parameters(index = "1", paramLabel = "node|commit|config", description = "What the object is.")
  private String what = "";

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "HASH",
      description = "Its full hash; for a commit any revision; the configuration needs none.")
  private @Nullable String name;

  Dump(Console console) {
    super(console);
  }

  @Override
  String example() {
    return "varve init $R && echo 21.5 | varve put $R air/c/0 - && varve dump $R commit main";
  }

  @Override
  int run(Output out) {
    if (!List.of("node", "commit", "config").contains(what)) {
      throw Refusal.usage(
          "no such kind of object: '" + what + "'", "choose node, commit or config");
    }
    boolean config = what.equals("config");
    if (name == null && !config) {
      throw Refusal.usage("the hash is missing", "'varve dump REPO " + what + " HASH'");
    }
    try (Repository repository = open(repo)) {
      JsonLine line =
          name == null || config
              ? config(repository)
              : what.equals("node")
                  ? node(repository, ContentHash.parse(name))
                  : commit(repository, repository.resolve(name));
      // Everything in an object is best read as it is written for programs; people get it indented.
      out.words(out.json() ? line.toString() : indented(line));
    }
    return Failure.OK;
  }

  private static String indented(JsonLine line) {
    try {
      return JsonMapper.builder().build().readTree(line.toString()).toPrettyString();
    } catch (JsonProcessingException never) {
      throw new IllegalStateException("a line that is no JSON: " + line, never);
    }
  }

  private static JsonLine config(Repository repository) {
    RepositoryConfig config = repository.config();
    return JsonLine.of("config")
        .put("format", config.format())
        .put("hash", config.hash().label())
        .put("location", repository.location())
        .put("unknown_to_write", config.unknownToWrite())
        .put("single_writer", config.singleWriter())
        .put("bytes", config.encode().remaining());
  }

  private static JsonLine commit(Repository repository, ContentHash id) {
    Commit commit = repository.commit(id);
    HashAlgorithm algorithm = repository.config().hash();
    return Commits.line(algorithm, id, commit)
        .put("generation", commit.generation())
        .put("meta", commit.manifest().meta())
        .put("meta_keys", commit.meta().keys())
        .put("meta_bytes", commit.meta().bytes())
        .put("chunks", commit.manifest().chunks())
        .put("chunks_keys", commit.chunks().keys())
        .put("chunks_bytes", commit.chunks().bytes())
        .put("nonce", commit.nonce().toString());
  }

  private static JsonLine node(Repository repository, ContentHash hash) {
    if (repository.backend().blobs().missing(List.of(hash)).contains(hash)) {
      throw Refusal.notFound(
          "no object " + hash + " is stored", "'varve dump REPO commit REV' names the roots");
    }
    Contents contents = new Contents(repository);
    try {
      new Tree(repository.nodes(), hash).walk(new byte[0], Optional.empty(), contents);
    } catch (CorruptDataException broken) {
      if (contents.level >= 0 || broken.actual() != null) {
        throw broken;
      }
      // The bytes have their hash, so they are what was written: something else than a node.
      throw Refusal.failed(
          "no-node",
          "the object " + hash + " is no node: " + broken.getMessage(),
          "it may be a value or a commit");
    }
    JsonLine line =
        JsonLine.of("node")
            .put("node", hash)
            .put("level", contents.level)
            .put("length", contents.length);
    return contents.level == 0
        ? line.objects("entries", contents.items)
        : line.objects("children", contents.items);
  }

  /** Takes in the root of what it visits and goes no further. */
  private static final class Contents implements NodeVisitor {
    private final Repository repository;
    private final List<JsonLine> items = new ArrayList<>();
    private int level = -1;
    private int length;

    Contents(Repository repository) {
      this.repository = repository;
    }

    @Override
    public boolean enter(ContentHash node) {
      if (level < 0) {
        return true;
      }
      Totals below = new Tree(repository.nodes(), node).totals();
      items.add(
          JsonLine.nested()
              .put("node", node)
              .put("keys", below.keys())
              .put("bytes", below.bytes()));
      return false;
    }

    @Override
    public void node(ContentHash node, int itsLevel, int bytes) {
      level = itsLevel;
      length = bytes;
    }

    @Override
    public void entry(Key key, Entry entry) {
      items.add(
          JsonLine.nested()
              .put("key", key.toString())
              .put("kind", entry.getClass().getSimpleName().toLowerCase(Locale.ROOT))
              .put("length", entry.length())
              .put("hash", Entries.hash(repository.config().hash(), entry)));
    }
  }
}
