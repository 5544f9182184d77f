package dev.varve.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.varve.blob.Blobs;
import dev.varve.hash.ContentHash;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.tree.KeyEntry;
import dev.varve.version.Part;
import dev.varve.version.Snapshot;
import dev.varve.zarr.ZarrKeys;
import dev.varve.zarr.ZarrPath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;

/**
 * Consolidated metadata, computed from a snapshot, so that it is never stale. The documents in it
 * are the stored bytes, one by one; a document that is no JSON object is left out. Thread-safe.
 *
 * <p>Cost: the documents below the group, never its chunks; remembered by the state of all
 * documents. Memory: {@value #CACHE_BYTES} bytes of results, and one result while it is made. A
 * group with more than {@value #MAX_BYTES} bytes of documents below it is not consolidated.
 */
final class Consolidated {
  /** The most bytes of documents that are put together. */
  static final long MAX_BYTES = 16L << 20;

  private static final long CACHE_BYTES = 32L << 20;
  private static final Set<String> VERSION_2 =
      Set.of(ZarrKeys.ZARRAY, ZarrKeys.ZGROUP, ZarrKeys.ZATTRS);
  private static final String MEMBER = "consolidated_metadata";
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  private record Id(ContentHash documents, String directory, boolean version3) {}

  private final Cache<Id, Optional<ByteBuffer>> made =
      Caffeine.newBuilder()
          .maximumWeight(CACHE_BYTES)
          .weigher(
              (Id id, Optional<ByteBuffer> bytes) ->
                  256 + bytes.map(ByteBuffer::remaining).orElse(0))
          .executor(Runnable::run)
          .build();

  /** {@code .zmetadata} of the format 2 group that stands in a directory, if one does. */
  Optional<ByteBuffer> version2(Snapshot snapshot, ZarrPath group) {
    if (snapshot.entry(group.key(ZarrKeys.ZGROUP)).isEmpty()) {
      return Optional.empty();
    }
    return made.get(
        new Id(snapshot.manifest().meta(), group.directory(), false),
        id -> bounded(snapshot, group) ? Optional.of(make2(snapshot, group)) : Optional.empty());
  }

  /**
   * {@code zarr.json} of a group with the documents of all nodes below, or empty for anything else.
   */
  Optional<ByteBuffer> version3(Snapshot snapshot, ZarrPath group) {
    return made.get(
        new Id(snapshot.manifest().meta(), group.directory(), true),
        id -> bounded(snapshot, group) ? make3(snapshot, group) : Optional.empty());
  }

  private static boolean bounded(Snapshot snapshot, ZarrPath group) {
    return snapshot.totals(Part.META, group.directory()).bytes() <= MAX_BYTES;
  }

  private static ByteBuffer make2(Snapshot snapshot, ZarrPath group) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    text(out, "{\"zarr_consolidated_format\":1,\"metadata\":{");
    String comma = "";
    Iterator<KeyEntry> all = snapshot.entries(Part.META, group.directory());
    while (all.hasNext()) {
      KeyEntry next = all.next();
      if (!VERSION_2.contains(next.key().name())) {
        continue;
      }
      Optional<byte[]> document = document(snapshot, next.key(), next.entry());
      if (document.isPresent() && Members.of(document.get()).isPresent()) {
        text(out, comma);
        quote(out, group.relative(next.key()).orElseThrow());
        text(out, ":");
        out.writeBytes(document.get());
        comma = ",";
      }
    }
    text(out, "}}");
    return ByteBuffer.wrap(out.toByteArray());
  }

  private static Optional<ByteBuffer> make3(Snapshot snapshot, ZarrPath group) {
    Key key = group.key(ZarrKeys.ZARR_JSON);
    Optional<Members> own =
        snapshot
            .entry(key)
            .flatMap(entry -> document(snapshot, key, entry))
            .flatMap(Members::of)
            .filter(Members::group);
    if (own.isEmpty()) {
      return Optional.empty();
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    own.get().open(out);
    text(out, "\"" + MEMBER + "\":{\"kind\":\"inline\",\"must_understand\":false,\"metadata\":{");
    String comma = "";
    Iterator<KeyEntry> all = snapshot.entries(Part.META, group.directory());
    while (all.hasNext()) {
      KeyEntry next = all.next();
      if (!next.key().name().equals(ZarrKeys.ZARR_JSON) || next.key().equals(key)) {
        continue;
      }
      Optional<Members> node = document(snapshot, next.key(), next.entry()).flatMap(Members::of);
      if (node.isPresent()) {
        String path = group.relative(next.key()).orElseThrow();
        text(out, comma);
        quote(out, path.substring(0, path.length() - ZarrKeys.ZARR_JSON.length() - 1));
        text(out, ":");
        node.get().copy(out);
        comma = ",";
      }
    }
    text(out, "}}}");
    return Optional.of(ByteBuffer.wrap(out.toByteArray()));
  }

  private static Optional<byte[]> document(Snapshot snapshot, Key key, Entry entry) {
    if (entry.length() > Blobs.MAX_WHOLE) {
      return Optional.empty();
    }
    ByteBuffer bytes = snapshot.value(key, entry);
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    return Optional.of(copy);
  }

  private static void text(ByteArrayOutputStream out, String text) {
    out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void quote(ByteArrayOutputStream out, String text) {
    out.write('"');
    out.writeBytes(JsonStringEncoder.getInstance().quoteAsUTF8(text));
    out.write('"');
  }

  /**
   * The members of a JSON object as they are written, without {@code consolidated_metadata}.
   *
   * @param raw the members' bytes, parted by commas
   * @param group whether {@code node_type} is {@code group}
   */
  private record Members(byte[] raw, boolean group) {
    static Optional<Members> of(byte[] json) {
      ByteArrayOutputStream raw = new ByteArrayOutputStream(json.length);
      boolean group = false;
      try (JsonParser parser = JSON.createParser(json)) {
        if (json.length == 0
            || json[0] == (byte) 0xEF
            || parser.nextToken() != JsonToken.START_OBJECT) {
          return Optional.empty();
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          int start = (int) parser.currentTokenLocation().getByteOffset();
          JsonToken value = parser.nextToken();
          if (name.equals("node_type") && value == JsonToken.VALUE_STRING) {
            group = parser.getText().equals("group");
          }
          parser.skipChildren();
          parser.finishToken();
          int end = (int) parser.currentLocation().getByteOffset();
          if (!name.equals(MEMBER)) {
            if (raw.size() > 0) {
              raw.write(',');
            }
            raw.write(json, start, end - start);
          }
        }
        if (parser.nextToken() != null) {
          return Optional.empty();
        }
      } catch (IOException notJson) {
        return Optional.empty();
      }
      return Optional.of(new Members(raw.toByteArray(), group));
    }

    /** Writes the object without its end, ready for one more member. */
    void open(ByteArrayOutputStream out) {
      out.write('{');
      out.writeBytes(raw);
      if (raw.length > 0) {
        out.write(',');
      }
    }

    /** Writes the object. */
    void copy(ByteArrayOutputStream out) {
      out.write('{');
      out.writeBytes(raw);
      out.write('}');
    }
  }
}
