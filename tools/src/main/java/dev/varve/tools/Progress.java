package dev.varve.tools;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Timer;
import java.util.TimerTask;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A line on a terminal that says how far a long run is, drawn from the second second on and wiped
 * at the end; elsewhere nothing. Thread-safe.
 */
final class Progress implements AutoCloseable {
  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final long NEXT_NANOS = 200_000_000L;
  private static final String WIPE = "\r\u001b[K";

  private final Console console;
  private final String doing;
  private final LongSupplier nanos;
  private final long begun;
  private @Nullable Timer timer;
  private long nextAt;
  private boolean drawn;

  /** Tells of {@code doing}, with {@code nanos} as the clock. */
  Progress(Console console, String doing, LongSupplier nanos) {
    this.console = console;
    this.doing = doing;
    this.nanos = nanos;
    this.begun = nanos.getAsLong();
    this.nextAt = begun + SECOND_NANOS;
  }

  /** Tells how much is done: things and their bytes. */
  void at(long things, long bytes) {
    // Told of every key: words are made only when they are shown.
    tell(elapsed -> Words.count(things) + ", " + Words.size(bytes));
  }

  /** Tells what {@code words} makes of the nanoseconds since the beginning, when it is time. */
  void tell(LongFunction<String> words) {
    if (console.terminal()) {
      tellPerson(words);
    }
  }

  private synchronized void tellPerson(LongFunction<String> words) {
    long now = nanos.getAsLong();
    if (now >= nextAt) {
      draw(words.apply(now - begun));
    }
  }

  /** Tells how long it has taken, where nothing else is known. */
  synchronized void tick() {
    draw((nanos.getAsLong() - begun) / SECOND_NANOS + " s");
  }

  /** Ticks by itself until it is closed. */
  synchronized Progress ticking() {
    if (console.terminal() && timer == null) {
      TimerTask task =
          new TimerTask() {
            @Override
            public void run() {
              tick();
            }
          };
      timer = new Timer("varve-progress", true);
      timer.schedule(task, SECOND_NANOS / 1_000_000, SECOND_NANOS / 1_000_000);
    }
    return this;
  }

  /** Takes the line away, before results are printed. */
  synchronized void wipe() {
    if (drawn) {
      write(WIPE);
      drawn = false;
    }
  }

  @Override
  public synchronized void close() {
    if (timer != null) {
      timer.cancel();
    }
    wipe();
    nextAt = Long.MAX_VALUE;
  }

  private void draw(String far) {
    if (!console.terminal() || nanos.getAsLong() < nextAt) {
      return;
    }
    nextAt = nanos.getAsLong() + NEXT_NANOS;
    drawn = true;
    write(WIPE + doing + ": " + far);
  }

  private void write(String text) {
    try {
      console.err().write(text.getBytes(StandardCharsets.UTF_8));
      console.err().flush();
    } catch (IOException nobodyThere) {
      // Progress is for a person who watches; without one there is nothing to tell.
    }
  }
}
