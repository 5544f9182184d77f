package dev.varve.vectors;

import static dev.varve.vectors.VectorValues.content;
import static dev.varve.vectors.VectorValues.hex;
import static dev.varve.vectors.VectorValues.number;
import static dev.varve.vectors.VectorValues.unhex;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.varve.format.ByteReader;
import dev.varve.format.ByteWriter;
import dev.varve.hash.HashAlgorithm;
import dev.varve.hash.XxHash64;
import dev.varve.tree.Key;
import dev.varve.version.Manifest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/**
 * The code makes and reads exactly the bytes of docs/vectors. A failure here means that
 * repositories already written would be read or continued wrongly; the vectors are right, unless
 * the format has a new version.
 */
class GoldenVectorsTest {
  /** The bytes of an object in the text: hex, left of "--". */
  private static final Pattern BLOCK = Pattern.compile("```hex\n(.*?)```", Pattern.DOTALL);

  @Test
  void hashesAreThoseOfTheAlgorithms() {
    VectorFile.open("hashes.json")
        .cases(
            given ->
                VectorFile.object()
                    .put("hash", VectorValues.algorithm(given).hash(content(given)).toString()))
        .close();
  }

  @Test
  void xxh64IsThatOfItsSpecification() {
    VectorFile.open("xxh64.json").cases(GoldenVectorsTest::xxh64).close();
  }

  private static JsonNode xxh64(JsonNode given) {
    byte[] bytes = content(given);
    long hash = XxHash64.hash(bytes, 0, bytes.length, number(given.path("seed")));
    return VectorFile.object().put("hash", String.format("%016x", hash));
  }

  @Test
  void varintsHaveOneForm() {
    VectorFile.open("varints.json")
        .cases(GoldenVectorsTest::varint)
        .refused(
            given -> {
              ByteReader in = new ByteReader(ByteBuffer.wrap(unhex(given.path("hex"))));
              in.varint();
              in.end();
            })
        .close();
  }

  private static JsonNode varint(JsonNode given) {
    long value = number(given.path("value"));
    ByteBuffer bytes = new ByteWriter().varint(value).toBuffer();
    assertThat(new ByteReader(bytes).varint()).isEqualTo(value);
    return VectorFile.object().put("hex", hex(bytes));
  }

  @Test
  void keysAreCheckedAndBelongToOneTree() {
    VectorFile.open("keys.json")
        .cases(
            given -> {
              Key key = Key.of(given.path("key").textValue());
              return VectorFile.object()
                  .put("utf8", hex(ByteBuffer.wrap(key.toUtf8())))
                  .put("tree", Manifest.isMetadata(key) ? "meta" : "chunks");
            })
        .refused(given -> Key.ofUtf8(unhex(given.path("hex"))))
        .close();
  }

  @Test
  void keysAscendByUnsignedBytes() {
    List<Key> keys = new ArrayList<>();
    VectorFile.open("keys.json")
        .all()
        .path("ascending")
        .forEach(k -> keys.add(Key.of(k.textValue())));
    assertThat(keys).hasSizeGreaterThan(20).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void nodesHaveOneEncoding() {
    VectorFile.open("nodes.json").cases(TreeVectors::node).refused(TreeVectors::decode).close();
  }

  @Test
  void splitTableIsTheCodes() {
    JsonNode table = VectorFile.open("split-table-1.json").all();
    LongStream published =
        StreamSupport.stream(table.path("table").spliterator(), false)
            .mapToLong(JsonNode::longValue);
    assertThat(published.toArray()).hasSize(4097).containsExactly(SplitTrace.table());
    assertThat(table.path("step").intValue()).isEqualTo(16);
  }

  @Test
  void nodesEndWhereTheRuleSays() {
    VectorFile.open("splits.json").cases(TreeVectors::splits).close();
  }

  @Test
  void treesHaveTheirRoots() {
    VectorFile.open("trees.json").cases(TreeVectors::tree).refused(TreeVectors::walk).close();
  }

  @Test
  void manifestsHaveTheirContentHash() {
    VectorFile.open("manifests.json").cases(RecordVectors::manifest).close();
  }

  @Test
  void commitsHaveOneEncoding() {
    VectorFile.open("commits.json")
        .cases(RecordVectors::commit)
        .refused(RecordVectors::readCommit)
        .read(RecordVectors::readCommit)
        .close();
  }

  @Test
  void refNamesAreChecked() {
    VectorFile.open("ref-names.json")
        .cases(RecordVectors::refName)
        .refused(RecordVectors::refName)
        .close();
  }

  @Test
  void refRecordsHaveOneEncoding() {
    VectorFile.open("ref-records.json")
        .cases(RecordVectors::refRecord)
        .refused(RecordVectors::decodeRefRecord)
        .read(RecordVectors::readRefRecord)
        .close();
  }

  @Test
  void refRecordsFollowEachOther() {
    VectorFile.open("ref-chains.json").cases(RecordVectors::chain).close();
  }

  @Test
  void configurationsHaveOneEncoding() {
    VectorFile.open("configs.json")
        .cases(RecordVectors::config)
        .refused(RecordVectors::readConfig)
        .read(RecordVectors::readConfig)
        .close();
  }

  @Test
  void workedExampleOfTheTextIsThatOfTheVectors() throws IOException {
    String text = Files.readString(VectorFile.directory().resolveSibling("format.md"));
    List<byte[]> objects = BLOCK.matcher(text).results().map(each -> bytes(each.group(1))).toList();
    JsonNode manifest = example("manifests.json");
    JsonNode commit = example("commits.json");
    List<String> hashes =
        objects.stream().map(each -> HashAlgorithm.SHA256.hash(each).toString()).toList();
    assertThat(hashes.subList(0, 5))
        .containsExactly(
            manifest.path("chunks").textValue(),
            manifest.path("meta").textValue(),
            manifest.path("contentHash").textValue(),
            commit.path("id").textValue(),
            example("ref-records.json").path("sha256").textValue());
    assertThat(objects.subList(5, objects.size()))
        .containsExactly(unhex(VectorFile.open("configs.json").all().at("/cases/0/out/hex")));
    assertThat(text).contains(hashes.subList(0, 5));
  }

  private static byte[] bytes(String block) {
    String hex =
        block.lines().map(line -> line.replaceFirst("--.*", "")).collect(Collectors.joining());
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  private static JsonNode example(String file) {
    for (JsonNode each : VectorFile.open(file).all().path("cases")) {
      if (each.path("name").textValue().equals("the worked example of section 16")) {
        return each.path("out");
      }
    }
    throw new AssertionError(file + " has no worked example");
  }
}
