package dev.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.varve.blob.VerifiedBlobs;
import dev.varve.error.CorruptDataException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A store reads exactly the rows of docs/vectors/differences.json. A failure here means that
 * repositories already written would be read wrongly; the vectors are right, unless the format has
 * a new version.
 */
class DeltaVectorsTest {
  @TempDir Path directory;
  private LmdbBackend backend;

  @BeforeEach
  void create() {
    backend = LmdbBackend.create(directory.resolve("repo"));
  }

  @AfterEach
  void close() {
    backend.close();
  }

  private static JsonNode vectors() throws IOException {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(at.resolve("docs/vectors"))) {
      at = at.getParent();
    }
    return JsonMapper.builder()
        .build()
        .readTree(at.resolve("docs/vectors/differences.json").toFile());
  }

  private static byte[] content(JsonNode given) {
    if (given.has("bytes")) {
      return HexFormat.of().parseHex(given.path("bytes").textValue());
    }
    byte[] bytes = new byte[given.path("pattern").intValue()];
    for (int j = 0; j < bytes.length; j++) {
      bytes[j] = (byte) (j % 251);
    }
    return bytes;
  }

  /** What is read where the store has a row, and under the name of its base these bytes. */
  private ByteBuffer read(JsonNode given) {
    HashAlgorithm algorithm = HashAlgorithm.ofLabel(given.path("hash").textValue()).orElseThrow();
    ContentHash key = ContentHash.parse(given.path("key").textValue());
    byte[] row = HexFormat.of().parseHex(given.path("row").textValue());
    ContentHash base =
        row.length < ContentHash.BYTES ? ContentHash.ZERO : ContentHash.at(ByteBuffer.wrap(row), 0);
    Collection.in(backend).delete(key);
    Collection.in(backend).delete(base);
    backend
        .store()
        .queue()
        .submit(
            new PutRows(
                List.of(
                    new PutRows.New(Table.DELTAS, key.toBytes(), ByteBuffer.wrap(row)),
                    new PutRows.New(
                        Table.BLOBS,
                        base.toBytes(),
                        ByteBuffer.wrap(content(given.path("base")))))));
    return new VerifiedBlobs(backend.blobs(), algorithm).get("node", key, DeltaRow.MAX_BLOB);
  }

  @Test
  void rowsAreReadOverTheirBases() throws IOException {
    JsonNode cases = vectors().path("cases");
    assertThat(cases).hasSizeGreaterThan(10);
    for (JsonNode each : cases) {
      byte[] blob = HexFormat.of().parseHex(each.path("out").path("bytes").textValue());
      JsonNode in = each.path("in");
      assertThat(read(in)).as(each.path("name").textValue()).isEqualTo(ByteBuffer.wrap(blob));
      ContentHash key = ContentHash.parse(in.path("key").textValue());
      DeltaRow row = DeltaRow.at(key, HexFormat.of().parseHex(in.path("row").textValue()));
      assertThat(row.base().toString()).isEqualTo(each.path("out").path("base").textValue());
    }
  }

  @Test
  void brokenRowsAreRefused() throws IOException {
    JsonNode refused = vectors().path("refused");
    assertThat(refused).hasSizeGreaterThan(20);
    for (JsonNode each : refused) {
      assertThat(each.path("as").textValue()).isEqualTo("damaged");
      assertThatThrownBy(() -> read(each))
          .as(each.path("name").textValue())
          .isInstanceOf(CorruptDataException.class);
    }
  }
}
