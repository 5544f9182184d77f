package dev.varve.testkit;

import dev.varve.ref.Backend;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A fresh backend for each test of a contract. */
abstract class ContractFixture {
  @TempDir @Nullable Path directory;

  private @Nullable Backend backend;

  /** Where backends come from. */
  protected abstract BackendFactory factory();

  @BeforeEach
  void createBackend() {
    backend = factory().create(place());
  }

  @AfterEach
  void closeBackend() {
    backend().close();
  }

  /** The directory of the backend. */
  final Path place() {
    return Objects.requireNonNull(directory);
  }

  /** The backend under test. */
  final Backend backend() {
    return Objects.requireNonNull(backend);
  }

  /** Closes the backend and opens what it stored again. */
  final Backend reopen() {
    Backend old = backend();
    old.close();
    Backend next = factory().reopen(place(), old);
    backend = next;
    return next;
  }
}
