package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.error.BackendException;
import dev.varve.error.CorruptDataException;
import dev.varve.error.InvalidNameException;
import dev.varve.error.MissingBlobException;
import dev.varve.error.NotFoundException;
import dev.varve.error.UnknownOutcomeException;
import dev.varve.error.UnsupportedFormatException;
import dev.varve.zarr.TransferException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class FailureTest {
  private static void means(Throwable thrown, String code, int exit) {
    Failure failure = Failure.of(thrown);
    assertThat(failure.code()).isEqualTo(code);
    assertThat(failure.exit()).isEqualTo(exit);
    assertThat(failure.message()).isNotBlank();
    assertThat(failure.hint()).isNotBlank();
  }

  @Test
  void everyFailureHasItsCode() {
    means(new NotFoundException("no"), "not-found", 5);
    means(new InvalidNameException("key", "/", "rule"), "usage", 2);
    means(CorruptDataException.wrongHash("node", "a", "b"), "damage", 3);
    means(new MissingBlobException("node", "a"), "damage", 3);
    means(new UnsupportedFormatException("newer"), "unsupported-format", 1);
    means(BackendException.permanent("disk full", null), "storage", 1);
    means(BackendException.transientFailure("busy", null), "storage", 1);
    means(new UnknownOutcomeException("lost", null), "unknown-outcome", 1);
    means(new TransferException("a link"), "transfer", 1);
    means(new OutOfMemoryError("heap"), "out-of-memory", 1);
    means(new IOException("broken"), "storage", 1);
    means(new UncheckedIOException(new IOException("broken")), "storage", 1);
    means(new NoSuchFileException("x"), "not-found", 5);
    means(new UncheckedIOException(new NoSuchFileException("x")), "not-found", 5);
    means(new AccessDeniedException("x"), "storage", 1);
    means(new IllegalArgumentException("too large"), "failed", 1);
    means(new IllegalStateException("odd"), "internal", 1);
    means(new NullPointerException(), "internal", 1);
    means(new StackOverflowError(), "internal", 1);
    means(Refusal.usage("m", "h"), "usage", 2);
  }
}
