package dev.varve.tools;

import dev.varve.error.BackendException;
import dev.varve.error.CorruptDataException;
import dev.varve.error.InvalidNameException;
import dev.varve.error.MissingBlobException;
import dev.varve.error.NotFoundException;
import dev.varve.error.UnknownOutcomeException;
import dev.varve.error.UnsupportedFormatException;
import dev.varve.zarr.TransferException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/**
 * What a failure means to whoever called the command: a code for programs, an exit code, a message
 * and the next step. Immutable.
 *
 * @param code stable word for programs
 * @param exit exit code of the process
 * @param message what failed, and where
 * @param hint what to do next
 */
record Failure(String code, int exit, String message, String hint) {
  /** Done. */
  static final int OK = 0;

  /** It failed. */
  static final int FAILED = 1;

  /** The command line is wrong. */
  static final int USAGE = 2;

  /** Damage was found. */
  static final int DAMAGE = 3;

  /** The edits clash with those of others. */
  static final int CONFLICT = 4;

  /** What was named does not exist. */
  static final int NOT_FOUND = 5;

  private static final String VERIFY = "run 'varve verify REPO' for everything that is damaged";

  /** What a throwable means. */
  static Failure of(Throwable thrown) {
    if (thrown instanceof Refusal refusal) {
      return refusal.failure();
    }
    if (thrown instanceof NotFoundException) {
      return of(
          "not-found",
          NOT_FOUND,
          thrown,
          "'varve refs REPO' and 'varve ls REPO' list what is there");
    }
    if (thrown instanceof InvalidNameException) {
      return of("usage", USAGE, thrown, "correct the name and try again; nothing was changed");
    }
    if (thrown instanceof CorruptDataException || thrown instanceof MissingBlobException) {
      return of("damage", DAMAGE, thrown, VERIFY);
    }
    if (thrown instanceof UnsupportedFormatException) {
      return of("unsupported-format", FAILED, thrown, "nothing is wrong with the data");
    }
    if (thrown instanceof UnknownOutcomeException) {
      return of(
          "unknown-outcome",
          FAILED,
          thrown,
          "read the branch with 'varve log' before trying again");
    }
    if (thrown instanceof BackendException failed) {
      return of(
          "storage",
          FAILED,
          thrown,
          failed.retryable() ? "try again" : "nothing was changed; mend the cause and try again");
    }
    if (thrown instanceof TransferException) {
      return of("transfer", FAILED, thrown, "nothing was changed; mend the cause and try again");
    }
    if (thrown instanceof OutOfMemoryError) {
      return new Failure(
          "out-of-memory",
          FAILED,
          "out of memory: " + thrown.getMessage(),
          "give the program more, as in VARVE_OPTS=-Xmx4g; nothing was committed");
    }
    if (thrown instanceof UncheckedIOException wrapped) {
      return ofIo(wrapped.getCause(), wrapped.getMessage());
    }
    if (thrown instanceof IOException failed) {
      return ofIo(failed, null);
    }
    if (thrown instanceof IllegalArgumentException && thrown.getMessage() != null) {
      return of("failed", FAILED, thrown, "nothing was changed");
    }
    return new Failure(
        "internal",
        FAILED,
        "this should not happen: " + thrown,
        "set VARVE_DEBUG=1 for the place in the program, and report it");
  }

  private static Failure of(String code, int exit, Throwable thrown, String hint) {
    return new Failure(code, exit, String.valueOf(thrown.getMessage()), hint);
  }

  private static Failure ofIo(IOException failed, @Nullable String told) {
    if (failed instanceof NoSuchFileException missing) {
      return new Failure(
          "not-found",
          NOT_FOUND,
          "no such file or directory: " + missing.getFile(),
          "check the path");
    }
    if (failed instanceof AccessDeniedException denied) {
      return new Failure(
          "storage",
          FAILED,
          "permission denied: " + denied.getFile(),
          "check who may use the path");
    }
    String reason =
        failed instanceof FileSystemException file && file.getReason() != null
            ? file.getFile() + ": " + file.getReason()
            : String.valueOf(failed.getMessage());
    String message = told == null || told.startsWith(failed.getClass().getName()) ? reason : told;
    return new Failure("storage", FAILED, message, "mend the cause and try again");
  }

  /** Tells a failure on standard error, as an object or in words, and returns the exit code. */
  int tell(Console console, boolean json, Throwable thrown) {
    StringBuilder text = new StringBuilder();
    if (json) {
      text.append(JsonLine.of("error").put("code", code).put("message", message).put("hint", hint))
          .append('\n');
    } else {
      text.append("varve: ").append(message).append('\n');
      if (!hint.isEmpty()) {
        text.append("  ").append(hint).append('\n');
      }
    }
    if (!console.environment().getOrDefault("VARVE_DEBUG", "").isEmpty()) {
      StringWriter trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace));
      text.append(trace);
    }
    try {
      console.out().flush();
    } catch (IOException gone) {
      // The failure at hand is told; that standard output cannot be written adds nothing to it.
    }
    try {
      console.err().write(text.toString().getBytes(StandardCharsets.UTF_8));
      console.err().flush();
    } catch (IOException gone) {
      // Nobody hears; the exit code still tells.
    }
    return exit;
  }
}
