package dev.varve.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.varve.error.CorruptDataException;
import dev.varve.error.InvalidNameException;
import dev.varve.error.MissingBlobException;
import dev.varve.error.UnsupportedFormatException;
import dev.varve.format.MalformedBytesException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * One file of docs/vectors: cases with what goes in and what comes out. What goes in is written by
 * hand; what comes out is compared, or written anew where {@code -Dvarve.vectors.write=true} asks
 * for it, which is only right together with a new version of the format. One thread.
 */
final class VectorFile {
  private static final boolean WRITE = Boolean.getBoolean("varve.vectors.write");
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private final Path path;
  private final ObjectNode suite;

  private VectorFile(Path path, ObjectNode suite) {
    this.path = path;
    this.suite = suite;
  }

  static VectorFile open(String name) {
    Path path = directory().resolve(name);
    try {
      return new VectorFile(path, (ObjectNode) JSON.readTree(path.toFile()));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** The folder docs/vectors of the project that the test runs in, from whichever module. */
  static Path directory() {
    Path at = Path.of("").toAbsolutePath();
    while (at != null && !Files.isDirectory(at.resolve("docs/vectors"))) {
      at = at.getParent();
    }
    if (at == null) {
      throw new IllegalStateException("no docs/vectors above " + Path.of("").toAbsolutePath());
    }
    return at.resolve("docs/vectors");
  }

  static ObjectNode object() {
    return JSON.createObjectNode();
  }

  /** Everything in the file. */
  ObjectNode all() {
    return suite;
  }

  /** Checks that {@code make} turns what goes in into what comes out, for every case. */
  VectorFile cases(UnaryOperator<JsonNode> make) {
    return cases((given, expected) -> make.apply(given));
  }

  /** Likewise, for what cannot be made without a part of what is expected. */
  VectorFile cases(BinaryOperator<JsonNode> make) {
    assertThat(suite.path("cases")).as(path.toString()).isNotEmpty();
    suite
        .path("cases")
        .forEach(each -> compare(each, make.apply(each.path("in"), each.path("out"))));
    return this;
  }

  /** Checks that {@code read} finds in bytes with unknown parts what is expected. */
  VectorFile read(UnaryOperator<JsonNode> read) {
    assertThat(suite.path("read")).as(path.toString()).isNotEmpty();
    suite.path("read").forEach(each -> compare(each, read.apply(each)));
    return this;
  }

  private void compare(JsonNode each, JsonNode found) {
    JsonNode plain = parsed(found);
    if (WRITE) {
      ((ObjectNode) each).set("out", plain);
    }
    assertThat(plain).as(path + ": " + each.path("name").textValue()).isEqualTo(each.path("out"));
  }

  /** Checks that {@code read} refuses every case, as damaged or as unsupported. */
  VectorFile refused(Consumer<JsonNode> read) {
    assertThat(suite.path("refused")).as(path.toString()).isNotEmpty();
    suite
        .path("refused")
        .forEach(
            each ->
                assertThat(outcome(read, each))
                    .as(path + ": " + each.path("name").textValue())
                    .isEqualTo(each.path("as").textValue()));
    return this;
  }

  private static String outcome(Consumer<JsonNode> read, JsonNode each) {
    try {
      read.accept(each);
      return "read";
    } catch (UnsupportedFormatException newer) {
      return "unsupported";
    } catch (CorruptDataException
        | MissingBlobException
        | InvalidNameException
        | MalformedBytesException damaged) {
      return "damaged";
    }
  }

  /** Writes what was found, where that was asked for. */
  void close() {
    if (!WRITE) {
      return;
    }
    ObjectWriter pretty =
        JSON.writer(
            new DefaultPrettyPrinter(
                Separators.createDefaultInstance()
                    .withObjectFieldValueSpacing(Separators.Spacing.AFTER)));
    try {
      Files.writeString(path, pretty.writeValueAsString(suite) + "\n", StandardCharsets.UTF_8);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** The node as it would be read again: Jackson tells an int from a long of the same value. */
  private static JsonNode parsed(JsonNode node) {
    try {
      return JSON.readTree(JSON.writeValueAsString(node));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
