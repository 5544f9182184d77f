package dev.varve.tools;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The process's surroundings as a command may use them. Streams carry bytes: texts are encoded as
 * UTF-8 whatever the locale is.
 *
 * @param in standard input
 * @param out standard output
 * @param err standard error
 * @param terminal whether a person watches standard error
 * @param environment the environment's variables
 * @param backends where repositories are stored
 */
record Console(
    InputStream in,
    OutputStream out,
    OutputStream err,
    boolean terminal,
    Map<String, String> environment,
    Backends backends) {
  /** The real ones. {@code System.out} is passed over: it encodes by locale and hides failures. */
  static Console system() {
    return new Console(
        // Buffered, because the bare stream asks a pipe for its position, which it has not.
        new BufferedInputStream(new FileInputStream(FileDescriptor.in), 1 << 16),
        new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16),
        new FileOutputStream(FileDescriptor.err),
        standardErrorIsTerminal(),
        System.getenv(),
        Backends.SYSTEM);
  }

  /** How the person typed the command's name, for examples that can be pasted. */
  String command() {
    String told = environment.getOrDefault("VARVE_COMMAND", "");
    if (!told.isBlank()) {
      return told;
    }
    return Files.isExecutable(Path.of("varve")) && Files.isRegularFile(Path.of("varve"))
        ? "./varve"
        : "varve";
  }

  /**
   * System.console() answers for standard input and output, so the descriptor is asked itself;
   * where that cannot be done nobody is taken to watch.
   */
  private static boolean standardErrorIsTerminal() {
    Path descriptor = Path.of("/proc/self/fd/2");
    try {
      String target = Files.readSymbolicLink(descriptor).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException noSuchPlace) {
      return false;
    }
  }
}
