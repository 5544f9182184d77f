package dev.varve.benchmarks;

import dev.varve.Varve;
import dev.varve.hash.HashAlgorithm;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.version.CommitInfo;
import dev.varve.version.CommitOutcome;
import dev.varve.version.Repository;
import dev.varve.version.Transaction;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;

/** A repository with one two-dimensional array, a thousand chunks wide. */
final class BigArray {
  static final int WIDTH = 1_000;

  /** Length of the values that are written one by one, in bytes. */
  static final int VALUE = 512;

  private BigArray() {}

  /** Makes a repository whose array has {@code rows} times {@link #WIDTH} chunks, all written. */
  static Repository create(Path path, int rows) {
    Repository repository = Varve.create(path, HashAlgorithm.SHA256);
    try (Transaction edits = repository.begin("main")) {
      edits.put(Key.of("big/zarr.json"), document(rows, WIDTH));
      Key first = chunk(0, 0);
      edits.put(first, value(new Random(1)));
      Entry stored = edits.entry(first).orElseThrow();
      for (int y = 0; y < rows; y++) {
        for (int x = 0; x < WIDTH; x++) {
          edits.putStored(chunk(y, x), stored);
        }
      }
      commit(edits, "all");
    }
    return repository;
  }

  static ByteBuffer document(int rows, int columns) {
    String text =
        String.format(
            "{\"zarr_format\":3,\"node_type\":\"array\",\"shape\":[%d,%d],\"data_type\":\"uint8\","
                + "\"chunk_grid\":{\"name\":\"regular\",\"configuration\":{\"chunk_shape\":[1,1]}},"
                + "\"chunk_key_encoding\":{\"name\":\"default\",\"configuration\":{\"separator\":\"/\"}},"
                + "\"fill_value\":0,\"codecs\":[{\"name\":\"bytes\"}]}",
            rows, columns);
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  static Key chunk(int y, int x) {
    return Key.of("big/c/" + y + "/" + x);
  }

  /** Bytes that no other value has. */
  static ByteBuffer value(Random random) {
    byte[] bytes = new byte[VALUE];
    random.nextBytes(bytes);
    return ByteBuffer.wrap(bytes);
  }

  static CommitOutcome.Committed commit(Transaction edits, String message) {
    if (edits.commit(CommitInfo.of(message)) instanceof CommitOutcome.Committed done) {
      return done;
    }
    throw new IllegalStateException("nothing was committed: " + message);
  }
}
