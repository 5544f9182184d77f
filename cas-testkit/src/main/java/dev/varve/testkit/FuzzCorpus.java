package dev.varve.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Inputs of a decoder that are tried in each build, as resources {@code fuzz/NAME.txt}: good ones
 * of each version of the format, one for each way in which it refuses, and those that found a
 * fault. A line is {@code accepted|refused NAME HEX}, the last being left out for no bytes; {@code
 * #} begins a remark.
 */
final class FuzzCorpus {
  private static final int MAX_KEPT = 1024;

  private FuzzCorpus() {}

  /** An input, and whether it must be accepted. */
  record Input(boolean accepted, String name, byte[] bytes) {}

  /** Those of a target; none where no corpus is kept. */
  static List<Input> of(String target) {
    List<Input> inputs = new ArrayList<>();
    String resource = "fuzz/" + file(target);
    try (InputStream in =
        Thread.currentThread().getContextClassLoader().getResourceAsStream(resource)) {
      if (in == null) {
        return inputs;
      }
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isBlank() && !line.startsWith("#")) {
          inputs.add(parse(resource, line));
        }
      }
      return inputs;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static Input parse(String resource, String line) {
    String[] words = line.split(" ", -1);
    if (words.length < 2 || words.length > 3 || !words[0].matches("accepted|refused")) {
      throw new IllegalArgumentException(resource + " has the line " + line);
    }
    byte[] bytes = words.length == 2 ? new byte[0] : HexFormat.of().parseHex(words[2]);
    return new Input(words[0].equals("accepted"), words[1], bytes);
  }

  private static String file(String target) {
    return target.replaceAll("[^A-Za-z0-9]+", "-") + ".txt";
  }

  /** Writes a corpus, where {@code -Dvarve.fuzz.keep} names a folder. */
  static void keep(String target, Map<String, byte[]> byAnswer) {
    String folder = System.getProperty("varve.fuzz.keep");
    if (folder == null) {
      return;
    }
    List<String> lines = new ArrayList<>();
    byAnswer.forEach(
        (answer, input) -> {
          if (input.length <= MAX_KEPT) {
            // Line numbers change; what is said there hardly does.
            String words = answer.replaceAll("[A-Za-z0-9$]+\\.java:[0-9]+", "");
            String name =
                (lines.size() + 1 + " " + words)
                    .replaceAll("[^A-Za-z0-9]+", "-")
                    .replaceFirst("-$", "");
            String hex = HexFormat.of().formatHex(input);
            lines.add(
                (answer.equals("accepted") ? "accepted" : "refused")
                    + " "
                    + name
                    + (hex.isEmpty() ? "" : " " + hex));
          }
        });
    try {
      Files.write(Files.createDirectories(Path.of(folder)).resolve(file(target)), lines);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
