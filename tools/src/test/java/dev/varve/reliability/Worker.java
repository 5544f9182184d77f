package dev.varve.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A process that does {@link Work}. One thread reads what it says. */
final class Worker implements AutoCloseable {
  /** More commits than are ever made. */
  static final int FOR_EVER = 1_000_000;

  private static final int HEAP_MIB = 96;

  private final Fork fork;
  private boolean killed;

  private Worker(Fork fork) {
    this.fork = fork;
  }

  /** Files to import. */
  static Path source(Path directory) throws IOException {
    Path chunks = Files.createDirectories(directory.resolve("source/a/c"));
    for (int i = 0; i < 10; i++) {
      Files.writeString(chunks.resolve(String.valueOf(i)), ("chunk " + i).repeat(500));
    }
    return directory.resolve("source");
  }

  static Worker start(Path path, Path source, String who, long seed, int threads, int commits)
      throws IOException {
    return new Worker(Fork.start(HEAP_MIB, Work.class, path, source, who, seed, threads, commits));
  }

  /** Takes so many lines; fails where the process ends before. Returns how many were commits. */
  int read(Acknowledged acknowledged, int lines) throws IOException {
    int commits = 0;
    for (int i = 0; i < lines; i++) {
      String line = fork.line().orElseThrow(() -> new AssertionError("the process ended"));
      acknowledged.note(line, false);
      commits += line.startsWith("commit ") ? 1 : 0;
    }
    return commits;
  }

  /** Ends it at once. */
  void kill() {
    killed = true;
    fork.kill();
  }

  /** Takes the rest of what it says; returns whether it came to its end by itself. */
  boolean drain(Acknowledged acknowledged) throws IOException, InterruptedException {
    boolean ended = false;
    for (Optional<String> line = fork.line(); line.isPresent(); line = fork.line()) {
      acknowledged.note(line.get(), killed);
      ended |= line.get().equals("end");
    }
    int exit = fork.exit();
    if (!killed) {
      assertThat(ended).isTrue();
      assertThat(exit).isZero();
    }
    return ended;
  }

  @Override
  public void close() {
    fork.close();
  }
}
