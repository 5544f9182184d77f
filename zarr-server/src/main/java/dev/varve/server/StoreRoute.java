package dev.varve.server;

import dev.varve.error.InvalidNameException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.version.Listed;
import dev.varve.version.Snapshot;
import dev.varve.zarr.ZarrKeys;
import dev.varve.zarr.ZarrPath;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;

/**
 * {@code /<repository>/@<revision>/<key>}: a snapshot as a Zarr store. The revision is resolved
 * once a request, so one answer is of one commit. What is stored is answered with byte for byte;
 * only behind {@code +consolidated} groups have the metadata of all nodes below in them.
 * Thread-safe.
 */
final class StoreRoute {
  /** Behind a revision: groups come with consolidated metadata. */
  static final String CONSOLIDATED = "+consolidated";

  private final ValueReads reads;
  private final Consolidated consolidated;

  StoreRoute(ValueReads reads, Consolidated consolidated) {
    this.reads = reads;
    this.consolidated = consolidated;
  }

  /**
   * Answers a request for a key where nothing has to be waited for.
   *
   * @return whether it did; otherwise {@link #answer} is to be asked, which does anything
   */
  boolean promptly(Exchange exchange, ServedRepository served) {
    String revision = exchange.path().segments().get(1).substring(1);
    Optional<Resolved> at =
        revision.endsWith(CONSOLIDATED) ? Optional.empty() : served.resolver().atHand(revision);
    if (at.isEmpty()) {
      return false;
    }
    Snapshot snapshot = at.get().snapshot();
    Key key;
    try {
      key = Key.of(exchange.path().from(2));
    } catch (InvalidNameException never) {
      return false;
    }
    Optional<Representation> found =
        snapshot
            .entry(key)
            .map(entry -> stored(served, snapshot, key, entry))
            .filter(Representation::atHand);
    if (found.isEmpty()) {
      return false;
    }
    head(exchange, served, at.get());
    answer(exchange, at.get(), found.get());
    return true;
  }

  /** Answers a request whose second segment begins with '@'. */
  void answer(Exchange exchange, ServedRepository served) {
    RequestPath path = exchange.path();
    String revision = path.segments().get(1).substring(1);
    boolean view = revision.endsWith(CONSOLIDATED);
    if (view) {
      revision = revision.substring(0, revision.length() - CONSOLIDATED.length());
    }
    Resolved at = served.resolver().resolve(revision);
    head(exchange, served, at);
    String text = path.from(2);
    if (path.segments().size() == 2 || path.directory()) {
      list(exchange, served, at, text, path.directory());
      return;
    }
    Key key = key(text);
    Optional<Representation> found = find(served, at.snapshot(), key, view);
    if (found.isPresent()) {
      answer(exchange, at, found.get());
    } else {
      list(exchange, served, at, text, false);
    }
  }

  /** Set first: a key that is absent from a commit is absent from it for ever. */
  private static void head(Exchange exchange, ServedRepository served, Resolved at) {
    exchange.set("Varve-Commit", at.snapshot().id().toString());
    exchange.set("Cache-Control", served.cacheControl(at.immutable()));
  }

  private static void answer(Exchange exchange, Resolved at, Representation found) {
    exchange.set("X-Content-Type-Options", "nosniff");
    found.answer(exchange, at);
  }

  private static Key key(String text) {
    try {
      return Key.of(text);
    } catch (InvalidNameException never) {
      throw absent(text, String.valueOf(never.getMessage()));
    }
  }

  private static HttpFailure absent(String key, String message) {
    return new HttpFailure(Problem.of(404, Problem.NO_KEY, message).with("key", key));
  }

  private Optional<Representation> find(
      ServedRepository served, Snapshot snapshot, Key key, boolean view) {
    HashAlgorithm algorithm = served.repository().config().hash();
    String name = key.name();
    Optional<Entry> entry = snapshot.entry(key);
    Optional<ByteBuffer> computed = Optional.empty();
    if (view && entry.isPresent() && name.equals(ZarrKeys.ZARR_JSON)) {
      computed = consolidated.version3(snapshot, ZarrPath.parentOf(key));
    } else if (name.equals(ZarrKeys.ZMETADATA) && (view || entry.isEmpty())) {
      computed = consolidated.version2(snapshot, ZarrPath.parentOf(key));
    }
    if (computed.isPresent()) {
      return Optional.of(Representation.of(algorithm, computed.get(), Json.TYPE));
    }
    return entry.map(there -> stored(served, snapshot, key, there));
  }

  private Representation stored(ServedRepository served, Snapshot snapshot, Key key, Entry there) {
    String type = type(key);
    if (there instanceof Entry.Blob blob) {
      StoredValue value = new StoredValue(served.repository().blobs(), key, blob);
      return Representation.of(value, reads, type);
    }
    return Representation.of(snapshot.hashOf(there), snapshot.value(key, there), type);
  }

  /** Companion files are never shown as pages: whoever writes data must not write our origin's. */
  private static String type(Key key) {
    String name = key.name();
    if (name.endsWith(".json") || ZarrKeys.isDocument(key)) {
      return Json.TYPE;
    }
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".txt") || lower.endsWith(".md")
        ? "text/plain; charset=utf-8"
        : "application/octet-stream";
  }

  private void list(
      Exchange exchange, ServedRepository served, Resolved at, String path, boolean slash) {
    String directory = path.isEmpty() ? "" : path + "/";
    if (!directory.isEmpty()) {
      key(path);
    }
    Snapshot snapshot = at.snapshot();
    Iterator<Listed> items = snapshot.list(directory);
    if (!directory.isEmpty() && !items.hasNext()) {
      throw absent(
          path + (slash ? "/" : ""),
          "nothing is at '" + path + (slash ? "/" : "") + "' in commit " + snapshot.id());
    }
    boolean html = !exchange.prefers(Json.TYPE, "text/html");
    String tag = EntityTags.of(tag(served, snapshot, directory, html, slash));
    exchange.set("Vary", "Accept");
    exchange.set("ETag", tag);
    exchange.set("Last-Modified", HttpDates.lastModified(at.timeMillis()));
    Preconditions.Verdict verdict =
        Preconditions.of(exchange::header)
            .judge(new Preconditions.Validators(tag, at.timeMillis(), at.immutable()));
    if (verdict == Preconditions.Verdict.NOT_MODIFIED) {
      exchange.empty(304);
      return;
    } else if (verdict == Preconditions.Verdict.FAILED) {
      throw new HttpFailure(
          Problem.of(412, "precondition-failed", "this list has the entity tag " + tag));
    }
    exchange.set("Content-Type", html ? Html.TYPE : Json.TYPE);
    exchange.set("Content-Security-Policy", Html.POLICY);
    String store = served.store(exchange.path().segments().get(1).substring(1));
    String base = slash ? null : store + RequestPath.encodePath(directory);
    Body body =
        html
            ? DirectoryIndex.html(snapshot, directory, items, "/" + directory, base)
            : DirectoryIndex.json(snapshot, directory, items);
    if (exchange.head()) {
      exchange.headOf(200, body);
    } else {
      exchange.send(200, body);
    }
  }

  /** What a list says depends on these alone. The number counts changes of how it is written. */
  private static ContentHash tag(
      ServedRepository served, Snapshot snapshot, String directory, boolean html, boolean slash) {
    String facts = "index 1\n" + snapshot.id() + "\n" + html + slash + "\n" + directory;
    return served.repository().config().hash().hash(facts.getBytes(StandardCharsets.UTF_8));
  }
}
