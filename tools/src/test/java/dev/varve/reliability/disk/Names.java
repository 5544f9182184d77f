package dev.varve.reliability.disk;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Which inode each path stands for, while a journal is read. One thread. */
final class Names {
  private final Map<String, Integer> inodes = new HashMap<>(Map.of("", 0));
  private int count = 1;

  int fresh() {
    return count++;
  }

  /** The inode of a path, or -1. */
  int find(String path) {
    return inodes.getOrDefault(path, -1);
  }

  /** Sets what a path stands for. */
  Operation.Name enter(SystemCall call, String path, int inode) {
    int slash = path.lastIndexOf('/');
    int folder = find(slash < 0 ? "" : path.substring(0, slash));
    if (folder < 0) {
      throw new IllegalStateException("the folder of " + path + " was made by nobody");
    }
    if (inode < 0) {
      inodes.remove(path);
    } else {
      inodes.put(path, inode);
    }
    return new Operation.Name(call.start(), call.end(), folder, path.substring(slash + 1), inode);
  }

  /** A text as strace prints it with {@code -xx}. */
  static String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
      escaped.append(String.format("\\x%02x", each));
    }
    return escaped.toString();
  }
}
