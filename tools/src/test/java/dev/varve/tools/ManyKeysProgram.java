package dev.varve.tools;

import dev.varve.Varve;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.tree.Difference;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.version.CommitInfo;
import dev.varve.version.CommitOutcome;
import dev.varve.version.Listed;
import dev.varve.version.Part;
import dev.varve.version.Repository;
import dev.varve.version.Snapshot;
import dev.varve.version.Transaction;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;

/**
 * Loads very many keys into one array and prints, a line each, how many nodes the everyday
 * operations read and write then. Run in a process of its own, with a small heap: see {@link
 * ManyKeysTest}.
 */
final class ManyKeysProgram {
  private static final String DOCUMENT =
      "{\"zarr_format\":3,\"node_type\":\"array\",\"shape\":[%d],\"data_type\":\"uint8\",\"chunk_grid\":"
          + "{\"name\":\"regular\",\"configuration\":{\"chunk_shape\":[1]}},\"chunk_key_encoding\":"
          + "{\"name\":\"default\",\"configuration\":{\"separator\":\"/\"}},\"fill_value\":0,\"codecs\":"
          + "[{\"name\":\"bytes\"}]}";

  private ManyKeysProgram() {}

  public static void main(String[] args) {
    Path path = Path.of(args[0]);
    int count = Integer.parseInt(args[1]);
    try (Repository repository = Varve.create(path, HashAlgorithm.SHA256)) {
      load(repository, count);
    }
    try (Repository repository = Varve.open(path)) {
      Snapshot snapshot = repository.snapshot("main");
      print("length", snapshot.entry(chunk(count / 3)).orElseThrow().length());
      print("lookup", repository.nodes().loads());
    }
    try (Repository repository = Varve.open(path);
        Transaction edits = repository.begin("main")) {
      edits.put(chunk(count / 2), bytes("rewritten"));
      CommitOutcome.Committed done =
          (CommitOutcome.Committed) edits.commit(CommitInfo.of("one chunk"));
      print("commit", repository.nodes().loads());
      print("stored", done.written().blobsWritten());
      print("changed", done.changes().changed());
    }
    try (Repository repository = Varve.open(path)) {
      int items = 0;
      for (Iterator<Listed> all = repository.snapshot("main").list("group");
          all.hasNext();
          all.next()) {
        items++;
      }
      print("listing", repository.nodes().loads());
      print("items", items);
    }
    try (Repository repository = Varve.open(path)) {
      ContentHash before = repository.resolve("main~1");
      ContentHash after = repository.resolve("main");
      Iterator<Difference> all =
          repository.diff(
              repository.commit(before).manifest(),
              repository.commit(after).manifest(),
              Part.CHUNKS,
              "");
      int found = 0;
      for (; all.hasNext(); all.next()) {
        found++;
      }
      print("diff", repository.nodes().loads());
      print("differences", found);
    }
  }

  private static void load(Repository repository, int count) {
    try (Transaction edits = repository.begin("main")) {
      edits.put(Key.of("big/zarr.json"), bytes(String.format(DOCUMENT, count)));
      edits.put(Key.of("group/zarr.json"), bytes("{\"zarr_format\":3,\"node_type\":\"group\"}"));
      edits.put(Key.of("group/small/zarr.json"), bytes(String.format(DOCUMENT, 1)));
      edits.put(Key.of("group/small/c/0"), bytes("value"));
      Entry stored = edits.entry(Key.of("group/small/c/0")).orElseThrow();
      for (int i = 0; i < count; i++) {
        edits.putStored(chunk(i), stored);
      }
      CommitOutcome.Committed done = (CommitOutcome.Committed) edits.commit(CommitInfo.of("all"));
      print("keys", done.commit().totals().keys());
    }
  }

  /** In the order of keys, as a bulk load comes. */
  private static Key chunk(int i) {
    return Key.of(String.format("big/c/%08d", i + 10_000_000));
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void print(String name, long value) {
    System.out.println(name + " " + value);
  }
}
