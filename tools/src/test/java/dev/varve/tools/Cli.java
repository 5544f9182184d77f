package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Runs the command in this process, as a shell would, and keeps what came out. */
final class Cli {
  private static final JsonMapper STRICT =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private Cli() {}

  /** What came out of one run. */
  record Result(int exit, byte[] bytes, String err) {
    String out() {
      return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Every line of standard output as an object with a type; anything else fails the test. */
    List<JsonNode> lines() {
      List<JsonNode> lines = new ArrayList<>();
      out().lines().forEach(line -> lines.add(parse(line)));
      assertThat(lines).allSatisfy(line -> assertThat(line.path("type").isTextual()).isTrue());
      return lines;
    }

    /** The lines of one type. */
    List<JsonNode> lines(String type) {
      return lines().stream().filter(line -> line.path("type").asText().equals(type)).toList();
    }

    /** The only line there is. */
    JsonNode only() {
      assertThat(lines()).as("standard error: " + err).hasSize(1);
      return lines().get(0);
    }

    /** The last line. */
    JsonNode last() {
      List<JsonNode> lines = lines();
      return lines.get(lines.size() - 1);
    }

    /** The one error object on standard error. */
    JsonNode error() {
      List<JsonNode> errors =
          err.lines().map(Cli::parse).filter(l -> l.path("type").asText().equals("error")).toList();
      assertThat(errors).hasSize(1);
      JsonNode error = errors.get(0);
      assertThat(fields(error)).containsExactly("type", "code", "message", "hint");
      assertThat(error.path("message").asText()).isNotBlank();
      assertThat(error.path("hint").asText()).isNotBlank();
      return error;
    }

    Result exits(int expected) {
      assertThat(exit)
          .as("standard output: %s%nstandard error: %s", out(), err)
          .isEqualTo(expected);
      return this;
    }
  }

  /** The names of an object's members, in their order. */
  static List<String> fields(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  static JsonNode parse(String json) {
    try {
      return STRICT.readTree(json);
    } catch (JsonProcessingException broken) {
      throw new AssertionError("not JSON: " + json, broken);
    }
  }

  static Result run(String... args) {
    return with("", args);
  }

  /** Runs with standard input. */
  static Result with(String in, String... args) {
    return with(in.getBytes(StandardCharsets.UTF_8), args);
  }

  static Result with(byte[] in, String... args) {
    return with(in, Backends.SYSTEM, args);
  }

  static Result with(byte[] in, Backends backends, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(
            new ByteArrayInputStream(in),
            out,
            err,
            false,
            Map.of("VARVE_AUTHOR", "Ada <ada@example.org>", "VARVE_COMMAND", "varve"),
            backends);
    int exit = Main.run(console, args);
    return new Result(exit, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
  }

  /** A new repository below a directory. */
  static String repository(Path directory) {
    String repo = directory.resolve("r").toString();
    run("init", repo).exits(0);
    return repo;
  }

  /** Commits one value and returns the commit's object. */
  static JsonNode put(String repo, String key, String value, String... more) {
    List<String> args = new ArrayList<>(List.of("put", repo, key, "-", "--json"));
    args.addAll(List.of(more));
    return with(value, args.toArray(String[]::new)).exits(0).only();
  }

  /** Commits lines of edits and returns the commit's object. */
  static JsonNode apply(String repo, String message, String... lines) {
    String edits =
        String.join("\n", lines) + "\n" + JsonLine.nested().put("commit", message) + "\n";
    return with(edits, "apply", repo, "--json").exits(0).only();
  }

  /** A line of edits that sets a key. */
  static String set(String key, String value) {
    String base64 = Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8));
    return JsonLine.nested().put("put", key).put("base64", base64).toString();
  }
}
