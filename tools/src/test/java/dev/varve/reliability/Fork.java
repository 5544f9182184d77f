package dev.varve.reliability;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Another JVM with the class path of the tests, and without any {@code --add-opens}. One thread
 * reads what it prints.
 */
final class Fork implements AutoCloseable {
  private final Process process;
  private final BufferedReader lines;

  private Fork(Process process) {
    this.process = process;
    this.lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Starts {@code main} with {@code -Xmx} of so many MiB. Standard error goes with the output. */
  static Fork start(int heapMiB, Class<?> main, Object... arguments) throws IOException {
    return under(List.of(), heapMiB, main, arguments);
  }

  /** The same, for work of minutes: it begins later and is fast then. */
  static Fork lasting(int heapMiB, Class<?> main, Object... arguments) throws IOException {
    return fork(List.of(), List.of("-XX:+UseSerialGC"), heapMiB, main, arguments);
  }

  /** The same, with the command that runs it put before it. */
  static Fork under(List<String> runner, int heapMiB, Class<?> main, Object... arguments)
      throws IOException {
    // Most live for a second: what makes a JVM begin sooner counts, not what makes it fast later.
    List<String> quick = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto");
    return fork(runner, quick, heapMiB, main, arguments);
  }

  private static Fork fork(
      List<String> runner, List<String> flags, int heapMiB, Class<?> main, Object... arguments)
      throws IOException {
    // Surefire may put the class path into a jar; it then says what it was.
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    List<String> command = new ArrayList<>(runner);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (Runtime.version().feature() >= 24) {
      // These warn where a library loads native code, and the warning would stand in the output.
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.addAll(flags);
    command.add("-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"));
    command.add("-Dslf4j.internal.verbosity=ERROR");
    command.addAll(List.of("-Xmx" + heapMiB + "m", "-cp", classPath));
    command.add(main.getName());
    for (Object each : arguments) {
      command.add(each.toString());
    }
    return new Fork(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  /** Writes a line to what it reads. */
  void send(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  /** The next line that it prints, or empty when it has ended. */
  Optional<String> line() throws IOException {
    return Optional.ofNullable(lines.readLine());
  }

  /** Ends it at once, as a power cut would. */
  void kill() {
    // Through the handle: the process itself would close the streams, and lose what it has printed.
    process.toHandle().destroyForcibly();
  }

  /** Whether it has not ended yet. */
  boolean alive() {
    return process.isAlive();
  }

  /** Waits for its end. */
  int exit() throws InterruptedException {
    return process.waitFor();
  }

  @Override
  public void close() {
    kill();
  }
}
