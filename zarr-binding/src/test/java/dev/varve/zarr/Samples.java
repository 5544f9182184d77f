package dev.varve.zarr;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.varve.hash.HashAlgorithm;
import dev.varve.hash.Hasher;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The project's sample data: whole stores, and what is known of them. */
final class Samples {
  private static final Path ROOT = Path.of("..", "samples");

  private Samples() {}

  /** The zip of a state, such as {@code scenarios/01-time-80.zip}. */
  static Path zip(String store) {
    return ROOT.resolve(store);
  }

  /** What is expected of every state. */
  static Stream<JsonNode> states() {
    JsonNode datasets = expected().path("datasets");
    return datasets.findValues("states").stream()
        .flatMap(
            states ->
                Stream.iterate(states.elements(), e -> e.hasNext(), e -> e).map(e -> e.next()));
  }

  /** The names of all datasets. */
  static Stream<String> names() {
    return expected().path("datasets").properties().stream().map(Map.Entry::getKey);
  }

  /** What is expected of a dataset's states, by name. */
  static JsonNode states(String dataset) {
    return expected().path("datasets").path(dataset).path("states");
  }

  private static JsonNode expected() {
    try {
      return new ObjectMapper().readTree(ROOT.resolve("expected.json").toFile());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** The digest of all files of a directory: of a line of hash and key for each, sorted by key. */
  static String treeDigest(Path directory) throws IOException {
    Map<String, Path> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(directory)) {
      all.filter(Files::isRegularFile)
          .forEach(file -> files.put(directory.relativize(file).toString(), file));
    }
    Hasher hasher = HashAlgorithm.SHA256.hasher();
    for (Map.Entry<String, Path> file : files.entrySet()) {
      byte[] line =
          (HashAlgorithm.SHA256.hash(Files.readAllBytes(file.getValue()))
                  + "  "
                  + file.getKey()
                  + "\n")
              .getBytes(StandardCharsets.UTF_8);
      hasher.update(line, 0, line.length);
    }
    return hasher.finish().toString();
  }
}
