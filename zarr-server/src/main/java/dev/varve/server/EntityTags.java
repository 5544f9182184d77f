package dev.varve.server;

import dev.varve.hash.ContentHash;
import java.util.ArrayList;
import java.util.List;

/**
 * The tags that a conditional header lists, by RFC 9110 section 8.8.3. A tag without quotes, as
 * some clients send it, is read as if it had them. Immutable.
 *
 * @param any whether the header is {@code *}
 * @param tags the tags
 */
record EntityTags(boolean any, List<Tag> tags) {
  /**
   * One tag.
   *
   * @param weak whether it is marked {@code W/}
   * @param opaque what stands between the quotes
   */
  record Tag(boolean weak, String opaque) {}

  EntityTags {
    tags = List.copyOf(tags);
  }

  /** The strong tag of bytes with a hash, quoted. */
  static String of(ContentHash hash) {
    return "\"" + hash + "\"";
  }

  /** Reads a header. */
  static EntityTags parse(String header) {
    if (header.strip().equals("*")) {
      return new EntityTags(true, List.of());
    }
    List<Tag> tags = new ArrayList<>();
    int at = 0;
    while (at < header.length()) {
      char c = header.charAt(at);
      if (c == ',' || c == ' ' || c == '\t') {
        at++;
        continue;
      }
      boolean weak = header.startsWith("W/", at);
      at += weak ? 2 : 0;
      int end;
      if (at < header.length() && header.charAt(at) == '"') {
        int close = header.indexOf('"', at + 1);
        end = close < 0 ? header.length() : close;
        tags.add(new Tag(weak, header.substring(at + 1, end)));
        end++;
      } else {
        int comma = header.indexOf(',', at);
        end = comma < 0 ? header.length() : comma;
        tags.add(new Tag(weak, header.substring(at, end).strip()));
      }
      at = end;
    }
    return new EntityTags(false, tags);
  }

  /** Whether the tag is listed, where a weak mark rules a match out. */
  boolean matchStrongly(String quoted) {
    return any || tags.contains(new Tag(false, bare(quoted)));
  }

  /** Whether the tag is listed, weak or not. */
  boolean matchWeakly(String quoted) {
    String opaque = bare(quoted);
    return any || tags.stream().anyMatch(tag -> tag.opaque().equals(opaque));
  }

  private static String bare(String quoted) {
    return quoted.substring(1, quoted.length() - 1);
  }
}
