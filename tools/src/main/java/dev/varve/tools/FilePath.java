package dev.varve.tools;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Files and directories that a command line names. */
final class FilePath {
  private FilePath() {}

  /** The path with a text; {@code expected} says what should stand there, for the hint. */
  static Path of(String text, String expected) {
    if (text.isEmpty()) {
      throw Refusal.usage("a path is empty", "name " + expected);
    }
    try {
      return Path.of(text);
    } catch (InvalidPathException wrong) {
      // A system that takes any bytes as names has refused a character only for the locale's sake.
      boolean locale = String.valueOf(wrong.getReason()).contains("unmappable");
      throw Refusal.usage(
          "not a path here: '" + text + "': " + wrong.getReason(),
          locale ? "the locale has no such character; set LC_ALL=C.UTF-8" : "name " + expected);
    }
  }
}
