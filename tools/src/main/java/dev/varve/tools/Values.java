package dev.varve.tools;

import dev.varve.blob.ValueSource;
import dev.varve.tree.Key;
import dev.varve.version.Transaction;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Values that a command line names by file. Small ones go through memory; large ones are read from
 * their file twice, and what is no plain file (standard input, a pipe) is spooled to disk first.
 * Holds at most {@value #WHOLE} bytes. One thread; closing removes what was spooled.
 */
final class Values implements AutoCloseable {
  private static final int WHOLE = 4 << 20;

  private final Console console;
  private final List<Path> spooled = new ArrayList<>();

  Values(Console console) {
    this.console = console;
  }

  /** Puts the contents of a file under a key; {@code -} is standard input. */
  void put(Transaction edits, Key key, String file) throws IOException {
    if (file.equals("-")) {
      putStream(edits, key, console.in());
    } else {
      putFile(edits, key, file);
    }
  }

  /** Puts the contents of a file under a key, whatever the file's name is. */
  void putFile(Transaction edits, Key key, String file) throws IOException {
    Path path = FilePath.of(file, "a file");
    if (!Files.exists(path)) {
      throw new NoSuchFileException(file);
    }
    if (Files.isDirectory(path)) {
      throw Refusal.failed(
          "failed",
          "a directory is no value: '" + file + "'",
          "'varve import' takes whole directories");
    }
    if (Files.isRegularFile(path) && Files.size(path) > WHOLE) {
      edits.put(key, new FileValue(path, Files.size(path)));
      return;
    }
    try (InputStream in = Files.newInputStream(path)) {
      putStream(edits, key, in);
    }
  }

  private void putStream(Transaction edits, Key key, InputStream in) throws IOException {
    byte[] head = in.readNBytes(WHOLE);
    if (head.length < WHOLE) {
      edits.put(key, ByteBuffer.wrap(head));
      return;
    }
    Path spool = Files.createTempFile("varve-", ".value");
    spooled.add(spool);
    try (OutputStream to = Files.newOutputStream(spool)) {
      to.write(head);
      in.transferTo(to);
    }
    edits.put(key, new FileValue(spool, Files.size(spool)));
  }

  @Override
  public void close() throws IOException {
    for (Path spool : spooled) {
      Files.deleteIfExists(spool);
    }
  }

  private record FileValue(Path path, long length) implements ValueSource {
    @Override
    public InputStream open() throws IOException {
      return Files.newInputStream(path);
    }

    @Override
    public String label() {
      return path.toString();
    }
  }
}
