package dev.varve.tools;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The command line as it was typed. Where the locale is not one of UTF-8 the JVM has replaced every
 * character beyond it, and a key would be stored under a name that nobody gave; the system still
 * has the bytes.
 */
final class Arguments {
  private static final char REPLACED = '\uFFFD';

  private Arguments() {}

  /** The arguments of this process, decoded as UTF-8 where the JVM could not. */
  static String[] ofProcess(String[] decoded) {
    if (Arrays.stream(decoded).noneMatch(argument -> argument.indexOf(REPLACED) >= 0)) {
      return decoded;
    }
    try {
      return asGiven(decoded, Files.readAllBytes(Path.of("/proc/self/cmdline")));
    } catch (IOException | UnsupportedOperationException noSuchPlace) {
      return decoded;
    }
  }

  /**
   * The last arguments of a command line, each ended by a NUL, as UTF-8; {@code decoded} itself
   * where they are not that.
   */
  static String[] asGiven(String[] decoded, byte[] commandLine) {
    List<String> all = new ArrayList<>();
    int from = 0;
    try {
      for (int i = 0; i < commandLine.length; i++) {
        if (commandLine[i] == 0) {
          all.add(
              StandardCharsets.UTF_8
                  .newDecoder()
                  .decode(ByteBuffer.wrap(commandLine, from, i - from))
                  .toString());
          from = i + 1;
        }
      }
    } catch (CharacterCodingException notUtf8) {
      return decoded;
    }
    return all.size() < decoded.length
        ? decoded
        : all.subList(all.size() - decoded.length, all.size()).toArray(String[]::new);
  }
}
