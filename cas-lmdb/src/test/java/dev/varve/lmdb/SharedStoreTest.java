package dev.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.blob.BlobStore;
import dev.varve.blob.BlobWriter;
import dev.varve.blob.StoredBlob;
import dev.varve.error.BackendException;
import dev.varve.ref.RefName;
import dev.varve.testkit.Sample;
import dev.varve.testkit.Threads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several backends on one directory in one process, and what is left of one after its end. */
class SharedStoreTest {
  @TempDir Path directory;

  private Path repo() {
    return directory.resolve("repo");
  }

  private static void store(LmdbBackend backend, Sample blob) {
    try (BlobWriter writer = backend.blobs().writer(0)) {
      writer.put(blob.hash(), blob.bytes());
      writer.flush();
    }
  }

  @Test
  void backendsOnOneDirectoryShareTheEnvironment() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("link"), repo());
    Sample blob = Sample.of(1, 1000);
    LmdbBackend first = LmdbBackend.create(repo());
    try (LmdbBackend second = LmdbBackend.open(link)) {
      assertThat(second.store()).isSameAs(first.store());
      store(first, blob);
      assertThat(second.blobs().missing(Set.of(blob.hash()))).isEmpty();

      first.close();
      first.close();

      assertThat(second.blobs().missing(Set.of(blob.hash()))).isEmpty();
      store(second, Sample.of(2, 10));
    }
    try (LmdbBackend again = LmdbBackend.open(repo())) {
      assertThat(again.blobs().missing(Set.of(blob.hash()))).isEmpty();
    }
  }

  @Test
  void closedBackendRefusesEverythingClearly() {
    Sample large = Sample.of(1, 300_000);
    LmdbBackend backend = LmdbBackend.create(repo());
    store(backend, large);
    BlobStore blobs = backend.blobs();
    StoredBlob handle = blobs.open(large.hash()).orElseThrow();
    BlobWriter writer = blobs.writer(0);
    writer.put(large.hash(), large.bytes());

    backend.close();

    assertThatThrownBy(backend::config)
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("closed");
    assertThatThrownBy(backend::refs).isInstanceOf(BackendException.class);
    assertThatThrownBy(() -> blobs.open(large.hash())).isInstanceOf(BackendException.class);
    assertThatThrownBy(() -> handle.read(0, 10)).isInstanceOf(BackendException.class);
    assertThatThrownBy(writer::flush).isInstanceOf(BackendException.class);
    writer.close();
    handle.close();
  }

  @Test
  void directoryMadeAnewWhileTheOldOneIsOpenIsAnotherRepository() throws IOException {
    Sample blob = Sample.of(1, 1000);
    try (LmdbBackend old = LmdbBackend.create(repo())) {
      store(old, blob);
      Files.move(repo(), directory.resolve("moved"));

      try (LmdbBackend fresh = LmdbBackend.create(repo())) {
        assertThat(fresh.store()).isNotSameAs(old.store());
        assertThat(fresh.blobs().missing(Set.of(blob.hash()))).containsExactly(blob.hash());
      }
      assertThat(old.blobs().missing(Set.of(blob.hash()))).isEmpty();
    }
  }

  @Test
  void threadsOpenAndCloseAtTheSameTime() throws InterruptedException {
    LmdbBackend.create(repo()).close();
    Threads.together(
        4,
        index -> {
          for (int i = 0; i < 25; i++) {
            try (LmdbBackend backend = LmdbBackend.open(repo())) {
              Sample blob = Sample.of(100L * index + i, 100);
              store(backend, blob);
              assertThat(backend.blobs().missing(Set.of(blob.hash()))).isEmpty();
              assertThat(backend.refs().read(RefName.branch("main"))).isEmpty();
            }
          }
          return index;
        });
  }
}
