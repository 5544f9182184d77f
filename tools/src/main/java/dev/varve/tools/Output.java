package dev.varve.tools;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Where a command's results go: JSON Lines or words on standard output, notes on standard error.
 * One thread.
 */
final class Output {
  /** Whoever read standard output has gone: there is nobody left to tell anything. */
  static final class ReaderGone extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ReaderGone(IOException cause) {
      super(cause);
    }
  }

  private final Console console;
  private final boolean json;

  Output(Console console, boolean json) {
    this.console = console;
    this.json = json;
  }

  /** Whether results are JSON Lines; then a command prints no words. */
  boolean json() {
    return json;
  }

  /** Prints one line of JSON. */
  void line(JsonLine line) {
    write(line + "\n");
  }

  /** Prints one line of words. */
  void words(String line) {
    write(line + "\n");
  }

  /** A stream for a value's bytes; its failures are those of this class, and closing it flushes. */
  OutputStream bytes() {
    return new OutputStream() {
      @Override
      public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int from, int count) {
        raw(bytes, from, count);
      }

      @Override
      public void flush() {
        Output.this.flush();
      }

      @Override
      public void close() {
        flush();
      }
    };
  }

  /** Sends what was printed on its way. */
  void flush() {
    try {
      console.out().flush();
    } catch (IOException failed) {
      throw failure(failed);
    }
  }

  /** Tells a person something that is no result, on standard error. */
  void note(String words) {
    flush();
    try {
      console.err().write((words + "\n").getBytes(StandardCharsets.UTF_8));
      console.err().flush();
    } catch (IOException nobodyThere) {
      // A note that cannot be delivered changes nothing about the result.
    }
  }

  /** Tells what ends the command beside its results, and gives the exit code. */
  int error(Failure failure) {
    return failure.tell(console, json, Refusal.of(failure));
  }

  /** A line on standard error that shows how far a long run is; on a terminal only. */
  Progress progress(String doing) {
    return new Progress(console, doing, System::nanoTime);
  }

  private void write(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    raw(utf8, 0, utf8.length);
  }

  private void raw(byte[] bytes, int from, int count) {
    try {
      console.out().write(bytes, from, count);
    } catch (IOException failed) {
      throw failure(failed);
    }
  }

  /** A full disk behind standard output is a failure; a reader that left is none. */
  private static RuntimeException failure(IOException failed) {
    String message = String.valueOf(failed.getMessage());
    return message.contains("Broken pipe") || message.contains("Connection reset")
        ? new ReaderGone(failed)
        : new UncheckedIOException("cannot write to standard output: " + message, failed);
  }
}
