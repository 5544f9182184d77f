package dev.varve.vectors;

import static dev.varve.vectors.VectorValues.algorithm;
import static dev.varve.vectors.VectorValues.content;
import static dev.varve.vectors.VectorValues.hash;
import static dev.varve.vectors.VectorValues.hashes;
import static dev.varve.vectors.VectorValues.hex;
import static dev.varve.vectors.VectorValues.nonce;
import static dev.varve.vectors.VectorValues.number;
import static dev.varve.vectors.VectorValues.putNumber;
import static dev.varve.vectors.VectorValues.unhex;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.memory.MemoryBackend;
import dev.varve.ref.RefChange;
import dev.varve.ref.RefName;
import dev.varve.ref.RefRecord;
import dev.varve.ref.RefRecordCodec;
import dev.varve.tree.Key;
import dev.varve.tree.Totals;
import dev.varve.version.Commit;
import dev.varve.version.CommitCodec;
import dev.varve.version.ConflictRule;
import dev.varve.version.Environment;
import dev.varve.version.Manifest;
import dev.varve.version.Repository;
import dev.varve.version.RepositoryConfig;
import dev.varve.version.Transaction;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Manifests, commits, ref records and configurations, made from vectors and shown as vectors. */
final class RecordVectors {
  private RecordVectors() {}

  /** The roots of files put through a transaction. */
  static JsonNode manifest(JsonNode given) {
    HashAlgorithm algorithm = algorithm(given);
    try (Repository repository =
            Repository.create(
                new MemoryBackend(),
                RepositoryConfig.of(algorithm),
                Environment.system(),
                ConflictRule.SAME_KEY_ONLY);
        Transaction transaction = repository.begin("main")) {
      for (JsonNode file : given.path("files")) {
        transaction.put(Key.of(file.path("key").textValue()), ByteBuffer.wrap(content(file)));
      }
      Manifest manifest = transaction.stage();
      return VectorFile.object()
          .put("meta", manifest.meta().toString())
          .put("chunks", manifest.chunks().toString())
          .put("contentHash", manifest.root(algorithm).toString());
    }
  }

  static JsonNode commit(JsonNode given) {
    SortedMap<String, String> attributes = new TreeMap<>();
    given
        .path("attributes")
        .forEach(pair -> attributes.put(pair.path(0).textValue(), pair.path(1).textValue()));
    Commit commit =
        new Commit(
            hashes(given.path("parents")),
            number(given.path("generation")),
            new Manifest(hash(given.path("meta")), hash(given.path("chunks"))),
            new Totals(number(given.path("metaKeys")), number(given.path("metaBytes"))),
            new Totals(number(given.path("chunkKeys")), number(given.path("chunkBytes"))),
            number(given.path("time")),
            given.path("author").textValue(),
            given.path("message").textValue(),
            attributes,
            nonce(given.path("nonce")));
    ByteBuffer bytes = CommitCodec.encode(commit);
    ContentHash id = algorithm(given).hash(bytes);
    requireSame(CommitCodec.decode(id, bytes), commit);
    return VectorFile.object().put("hex", hex(bytes)).put("id", id.toString());
  }

  static JsonNode readCommit(JsonNode given) {
    ByteBuffer bytes = ByteBuffer.wrap(unhex(given.path("hex")));
    Commit commit = CommitCodec.decode(HashAlgorithm.SHA256.hash(bytes), bytes);
    ObjectNode out = VectorFile.object();
    ArrayNode parents = out.putArray("parents");
    commit.parents().forEach(parent -> parents.add(parent.toString()));
    putNumber(out, "generation", commit.generation());
    out.put("meta", commit.manifest().meta().toString());
    out.put("chunks", commit.manifest().chunks().toString());
    putNumber(out, "metaKeys", commit.meta().keys());
    putNumber(out, "metaBytes", commit.meta().bytes());
    putNumber(out, "chunkKeys", commit.chunks().keys());
    putNumber(out, "chunkBytes", commit.chunks().bytes());
    putNumber(out, "time", commit.timeMillis());
    out.put("author", commit.author()).put("message", commit.message());
    ArrayNode attributes = out.putArray("attributes");
    commit.attributes().forEach((name, value) -> attributes.addArray().add(name).add(value));
    return out.put("nonce", commit.nonce().toString());
  }

  static JsonNode refName(JsonNode given) {
    RefName name = RefName.parseFull(given.path("name").textValue());
    byte[] utf8 = name.full().getBytes(StandardCharsets.UTF_8);
    return VectorFile.object().put("utf8", hex(ByteBuffer.wrap(utf8)));
  }

  static JsonNode refRecord(JsonNode given) {
    RefName name = RefName.parseFull(given.path("name").textValue());
    RefRecord record =
        new RefRecord(
            name,
            number(given.path("number")),
            hash(given.path("previous")),
            RefRecord.Kind.valueOf(given.path("kind").textValue().toUpperCase(Locale.ROOT)),
            target(given),
            number(given.path("epoch")),
            number(given.path("floor")),
            number(given.path("base")),
            hashes(given.path("horizon")),
            nonce(given.path("nonce")),
            given.path("reason").textValue(),
            given.path("who").textValue(),
            number(given.path("time")),
            carried(given.path("carried")));
    ByteBuffer bytes = RefRecordCodec.encode(record);
    requireSame(RefRecordCodec.decode(name, bytes), record);
    return VectorFile.object()
        .put("hex", hex(bytes))
        .put("sha256", RefRecordCodec.digest(record).toString());
  }

  private static List<RefRecord.Extension> carried(JsonNode given) {
    List<RefRecord.Extension> carried = new ArrayList<>();
    given.forEach(
        each ->
            carried.add(new RefRecord.Extension(RefRecord.CARRIED, ByteBuffer.wrap(unhex(each)))));
    return carried;
  }

  static void decodeRefRecord(JsonNode given) {
    RefRecordCodec.decode(
        RefName.parseFull(given.path("ref").textValue()),
        ByteBuffer.wrap(unhex(given.path("hex"))));
  }

  static JsonNode readRefRecord(JsonNode given) {
    RefRecord record =
        RefRecordCodec.decode(RefName.branch("main"), ByteBuffer.wrap(unhex(given.path("hex"))));
    ObjectNode out = VectorFile.object();
    out.put("kind", record.kind().name().toLowerCase(Locale.ROOT))
        .put("name", record.name().full());
    putNumber(out, "number", record.number());
    out.put("previous", record.previous().toString());
    out.put("target", record.target().map(ContentHash::toString).orElse(null));
    putNumber(out, "epoch", record.epoch());
    putNumber(out, "floor", record.floor());
    putNumber(out, "base", record.base());
    ArrayNode horizon = out.putArray("horizon");
    record.horizon().forEach(each -> horizon.add(each.toString()));
    out.put("nonce", record.nonce().toString());
    out.put("reason", record.reason()).put("who", record.who());
    putNumber(out, "time", record.timeMillis());
    return out;
  }

  /** The records of a ref that is set again and again. */
  static JsonNode chain(JsonNode given) {
    RefName name = RefName.parseFull(given.path("name").textValue());
    ObjectNode out = VectorFile.object();
    ArrayNode records = out.putArray("records");
    Optional<RefRecord> last = Optional.empty();
    for (JsonNode step : given.path("steps")) {
      RefChange change =
          new RefChange(
              name,
              target(step),
              step.path("forward").booleanValue(),
              nonce(step.path("nonce")),
              step.path("reason").textValue(),
              step.path("who").textValue(),
              number(step.path("time")));
      RefRecord record = change.after(last, number(step.path("epoch")));
      ObjectNode shown = records.addObject();
      putNumber(shown, "number", record.number());
      putNumber(shown, "base", record.base());
      shown.put("hex", hex(RefRecordCodec.encode(record)));
      last = Optional.of(record);
    }
    return out;
  }

  static JsonNode config(JsonNode given) {
    RepositoryConfig plain = RepositoryConfig.of(algorithm(given));
    RepositoryConfig config =
        given.path("single_writer").booleanValue() ? plain.forSingleWriter() : plain;
    if (given.path("packs").booleanValue()) {
      config = config.withPacks();
    }
    if (given.path("deltas").booleanValue()) {
      config = config.withDeltas();
    }
    ByteBuffer bytes = config.encode();
    requireSame(RepositoryConfig.decode(bytes), config);
    return VectorFile.object().put("hex", hex(bytes));
  }

  static JsonNode readConfig(JsonNode given) {
    RepositoryConfig config = RepositoryConfig.decode(ByteBuffer.wrap(unhex(given.path("hex"))));
    return VectorFile.object()
        .put("hash", config.hash().label())
        .put("writable", config.unknownToWrite().isEmpty());
  }

  private static Optional<ContentHash> target(JsonNode given) {
    return given.path("target").isNull()
        ? Optional.empty()
        : Optional.of(hash(given.path("target")));
  }

  private static void requireSame(Object decoded, Object encoded) {
    if (!List.of(decoded).equals(List.of(encoded))) {
      throw new AssertionError("decoded as " + decoded + " what was encoded from " + encoded);
    }
  }
}
