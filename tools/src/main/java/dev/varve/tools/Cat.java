package dev.varve.tools;

import dev.varve.blob.Blobs;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.version.Repository;
import dev.varve.version.Snapshot;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Prints a value's bytes. Not one byte comes out before the hash of the whole value was found
 * right: what is too large for memory is read twice.
 */
@Command(name = "cat", description = "Print the bytes of a value, verified; never JSON.")
final class Cat extends Subcommand {
  @Parameters(index = "0", paramLabel = "REPO", description = "The repository.")
  private String repo = "";

  @Parameters(index = "1", paramLabel = "REV", description = "The revision.")
  private String revision = "main";

  @Parameters(index = "2", paramLabel = "KEY", description = "The key.")
  private String key = "";

  @Option(
      names = "--range",
      paramLabel = "A-B",
      description = "Some bytes, as in HTTP: A-B with both ends, A- from A on, -N the last N.")
  private @Nullable String range;

  Cat(Console console) {
    super(console);
  }

  @Override
  String example() {
    return "varve init $R && echo 21.5 | varve put $R air/c/0 - && varve cat $R main air/c/0";
  }

  @Override
  int run(Output out) throws IOException {
    Key wanted = Key.of(key);
    ByteRange part =
        range == null ? new ByteRange(0, Long.MAX_VALUE, "0-") : ByteRange.parse(range);
    try (Repository repository = open(repo, revision)) {
      Snapshot snapshot = repository.snapshot(revision);
      Entry entry =
          snapshot
              .entry(wanted)
              .orElseThrow(
                  () ->
                      Refusal.notFound(
                          "there is no key '" + wanted + "' in " + revision,
                          "'varve ls " + repo + " " + revision + "' lists what is there"));
      if (range == null && entry.length() == 0) {
        return Failure.OK;
      }
      print(snapshot, wanted, entry, part.of(entry.length()), out);
    }
    return Failure.OK;
  }

  private static void print(
      Snapshot snapshot, Key key, Entry entry, ByteRange.Slice slice, Output out)
      throws IOException {
    if (entry.length() <= Blobs.MAX_WHOLE) {
      ByteBuffer value = snapshot.value(key, entry);
      byte[] bytes = new byte[(int) slice.count()];
      value.get(value.position() + (int) slice.from(), bytes);
      out.bytes().write(bytes);
      return;
    }
    snapshot.copy(key, entry, OutputStream.nullOutputStream());
    snapshot.copy(key, entry, new Window(out.bytes(), slice));
  }

  /** Lets the bytes of a slice through and drops the others. */
  private static final class Window extends FilterOutputStream {
    private final ByteRange.Slice slice;
    private long at;

    Window(OutputStream out, ByteRange.Slice slice) {
      super(out);
      this.slice = slice;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
      long from = Math.max(at, slice.from());
      long end = Math.min(at + count, slice.from() + slice.count());
      if (from < end) {
        out.write(bytes, offset + (int) (from - at), (int) (end - from));
      }
      at += count;
    }
  }
}
