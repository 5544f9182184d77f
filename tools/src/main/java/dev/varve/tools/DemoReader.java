package dev.varve.tools;

import dev.varve.tree.Key;
import dev.varve.version.Repository;
import dev.varve.version.Snapshot;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the branch over and over in the background, as a dashboard would, and counts the states in
 * which the time axis and the data do not have the same length. Started and ended by one thread.
 */
final class DemoReader implements AutoCloseable {
  private static final Pattern FIRST_LENGTH = Pattern.compile("\"shape\"\\s*:\\s*\\[\\s*([0-9]+)");

  private final Repository repository;
  private final Thread thread;
  private volatile boolean stop;
  private volatile long reads;
  private volatile long mixed;

  DemoReader(Repository repository) {
    this.repository = repository;
    this.thread = new Thread(this::poll, "demo-reader");
    thread.setDaemon(true);
    thread.start();
  }

  private void poll() {
    long seen = 0;
    long unequal = 0;
    while (!stop) {
      Snapshot now = repository.snapshot("main");
      unequal +=
          length(now, "time/zarr.json").equals(length(now, "air_temperature/zarr.json")) ? 0 : 1;
      seen++;
      reads = seen;
      mixed = unequal;
    }
  }

  private static String length(Snapshot snapshot, String key) {
    String document =
        StandardCharsets.UTF_8.decode(snapshot.get(Key.of(key)).orElseThrow()).toString();
    Matcher shape = FIRST_LENGTH.matcher(document);
    return shape.find() ? shape.group(1) : "none";
  }

  /** Stops reading and says what was seen. */
  String report() {
    close();
    return "A reader looked at main "
        + reads
        + " times meanwhile and saw "
        + mixed
        + " mixed states.";
  }

  @Override
  public void close() {
    stop = true;
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
