package dev.varve.reliability.disk;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One call of a process to its system, as strace tells it. Immutable.
 *
 * @param process which process of the run made it
 * @param start nanoseconds; the call had no effect before
 * @param end nanoseconds; the call has its whole effect from then on
 * @param name the call, such as {@code pwrite64}
 * @param arguments as strace prints them with {@code -xx -y}
 * @param result what it returned; negative for a failure
 * @param returned what follows the result: the path of a new descriptor in angle brackets
 */
record SystemCall(
    int process,
    long start,
    long end,
    String name,
    String arguments,
    long result,
    String returned) {
  private static final Pattern DESCRIPTOR = Pattern.compile("^(\\d+)<([^>]*)>");
  private static final Pattern IN_BRACKETS = Pattern.compile("<([^>]*)>");

  /** The number and the path of the descriptor that is the first argument. */
  record Descriptor(int number, String path) {}

  /** The first argument, where it is an open file. */
  java.util.Optional<Descriptor> descriptor() {
    Matcher first = DESCRIPTOR.matcher(arguments);
    return first.find()
        ? java.util.Optional.of(
            new Descriptor(Integer.parseInt(first.group(1)), text(first.group(2))))
        : java.util.Optional.empty();
  }

  /** The path of the descriptor that the call returned. */
  String returnedPath() {
    Matcher path = IN_BRACKETS.matcher(returned);
    return path.find() ? text(path.group(1)) : "";
  }

  /** All strings among the arguments, one after the other, but for those in angle brackets. */
  byte[] bytes() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    strings().forEach(all::writeBytes);
    return all.toByteArray();
  }

  /** The strings among the arguments. */
  List<byte[]> strings() {
    List<byte[]> found = new ArrayList<>();
    int at = arguments.indexOf('"');
    while (at >= 0) {
      int close = arguments.indexOf('"', at + 1);
      if (arguments.startsWith("...", close + 1)) {
        throw new IllegalStateException("strace cut the bytes of " + name);
      }
      found.add(unescape(arguments, at + 1, close));
      at = arguments.indexOf('"', close + 1);
    }
    return found;
  }

  /** The string arguments as paths. */
  List<String> paths() {
    return strings().stream().map(each -> new String(each, StandardCharsets.UTF_8)).toList();
  }

  /** The last argument, a number. */
  long last() {
    return Long.parseLong(arguments.substring(arguments.lastIndexOf(',') + 1).trim());
  }

  private static String text(String escaped) {
    return new String(unescape(escaped, 0, escaped.length()), StandardCharsets.UTF_8);
  }

  /** With {@code -xx} every byte is {@code \xHH}; what is not is taken as it stands. */
  private static byte[] unescape(String text, int from, int to) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream((to - from) / 4);
    for (int i = from; i < to; ) {
      if (text.charAt(i) == '\\') {
        bytes.write(
            Character.digit(text.charAt(i + 2), 16) << 4 | Character.digit(text.charAt(i + 3), 16));
        i += 4;
      } else {
        bytes.write(text.charAt(i++));
      }
    }
    return bytes.toByteArray();
  }
}
