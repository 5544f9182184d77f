package dev.varve.s3;

import dev.varve.error.CorruptDataException;
import dev.varve.error.InvalidNameException;
import dev.varve.hash.ContentHash;
import dev.varve.ref.RefName;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The names of objects, all of them ASCII. Immutable.
 *
 * <pre>
 * config                                        the configuration
 * blobs/&lt;2 hex>/&lt;62 hex>                        a blob
 * blobs/&lt;2 hex>/&lt;62 hex>.&lt;epoch, 16 hex>        a copy of it
 * refs/&lt;heads|tags|pins>/&lt;escaped name>/&lt;16 hex of 2^64-1-n>   record n of a ref
 * gc/&lt;16 hex of 2^64-1-n>                       record n of the chain of collections
 * gc-lists/, sessions/                          reserved for collections
 * damaged/                                      what repairs found under other names; never read
 * writers/&lt;id>                                  who writes, where there must be one writer
 * doctor/&lt;id>/                                   what an examination of the server tries
 * </pre>
 *
 * Numbers are stored inverted, so that the newest record is the first key of a listing.
 *
 * @param prefix empty, or ends with '/'
 */
record S3Layout(String prefix) {
  private static final HexFormat HEX = HexFormat.of();
  private static final int NUMBER_DIGITS = 16;

  String config() {
    return prefix + "config";
  }

  /** The folder of all blobs. */
  String blobs() {
    return prefix + "blobs/";
  }

  /** The plain name of a blob. */
  String blob(ContentHash hash) {
    String hex = hash.toString();
    return blobs() + hex.substring(0, 2) + "/" + hex.substring(2);
  }

  /** What the names of a blob's copies begin with. */
  String copies(ContentHash hash) {
    return blob(hash) + ".";
  }

  /** Whose blob a key below {@link #blobs()} is, under its plain or a copy name. */
  Optional<ContentHash> blobOf(String key) {
    String name = key.substring(blobs().length());
    boolean plain = isPlain(name);
    boolean copy = !plain && name.matches("[0-9a-f]{2}/[0-9a-f]{62}\\.[0-9a-f]{16}");
    return plain || copy
        ? Optional.of(ContentHash.parse(name.substring(0, 2) + name.substring(3, 65)))
        : Optional.empty();
  }

  /** Whether a key below {@link #blobs()} is a blob's plain name. */
  boolean isPlainBlob(String key) {
    return isPlain(key.substring(blobs().length()));
  }

  private static boolean isPlain(String name) {
    return name.matches("[0-9a-f]{2}/[0-9a-f]{62}");
  }

  /** The folder of all refs. */
  String refs() {
    return prefix + "refs/";
  }

  /** The folder of all refs of a kind. */
  String refs(RefName.Kind kind) {
    return refs() + kind.folder() + "/";
  }

  /** The folder of a ref's records; one segment a name, so that no ref is within another. */
  String ref(RefName name) {
    return refs(name.kind()) + escape(name.name()) + "/";
  }

  /** Record {@code number} of a ref. */
  String refRecord(RefName name, long number) {
    return ref(name) + HEX.toHexDigits(~number);
  }

  /** The ref whose records are in a folder that a listing of {@link #refs} gave. */
  RefName refOf(RefName.Kind kind, String folder) {
    String escaped = folder.substring(refs(kind).length(), folder.length() - 1);
    try {
      RefName name = new RefName(kind, unescape(escaped));
      if (escape(name.name()).equals(escaped)) {
        return name;
      }
    } catch (InvalidNameException | IllegalArgumentException notAName) {
      throw foreign(folder, notAName);
    }
    throw foreign(folder, null);
  }

  /** Where damaged bytes are kept that were found under a name. */
  String damaged(String name) {
    return prefix + "damaged/" + name;
  }

  /** The folder of the chain of collections. */
  String chain() {
    return prefix + "gc/";
  }

  /** The folder of the marks of those who write alone. */
  String writers() {
    return prefix + "writers/";
  }

  /** The folder of one examination of the server. */
  String doctor(String id) {
    return prefix + "doctor/" + id + "/";
  }

  /** The number of a record in a folder of numbered records; empty for what is no record. */
  static OptionalLong numberOf(String folder, String key) {
    String digits = key.substring(folder.length());
    if (digits.length() != NUMBER_DIGITS || !digits.matches("[0-9a-f]*")) {
      return OptionalLong.empty();
    }
    long number = ~HexFormat.fromHexDigitsToLong(digits);
    return number < 1 ? OptionalLong.empty() : OptionalLong.of(number);
  }

  private static CorruptDataException foreign(String key, @Nullable Throwable cause) {
    return CorruptDataException.malformed(
        "object", key, "it is no name that Varve gives; something else writes there", cause);
  }

  /** All bytes but letters, digits, '.', '_' and '-' become %XX. */
  static String escape(String name) {
    StringBuilder out = new StringBuilder();
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xFF);
      boolean plain =
          c >= 'A' && c <= 'Z'
              || c >= 'a' && c <= 'z'
              || c >= '0' && c <= '9'
              || c == '.'
              || c == '_'
              || c == '-';
      if (plain) {
        out.append(c);
      } else {
        out.append('%').append(HEX.withUpperCase().toHexDigits(b));
      }
    }
    return out.toString();
  }

  private static String unescape(String escaped) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < escaped.length(); i++) {
      if (escaped.charAt(i) != '%') {
        out.write(escaped.charAt(i));
        continue;
      }
      if (i + 3 > escaped.length()) {
        throw new IllegalArgumentException("'%' without two digits");
      }
      out.write(HexFormat.fromHexDigits(escaped, i + 1, i + 3));
      i += 2;
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}
