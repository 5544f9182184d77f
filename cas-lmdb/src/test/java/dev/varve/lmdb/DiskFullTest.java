package dev.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.Blobs;
import dev.varve.blob.Evidence;
import dev.varve.blob.VerifiedBlobs;
import dev.varve.error.BackendException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.ref.RefName;
import dev.varve.ref.RefOutcome;
import dev.varve.testkit.Changes;
import dev.varve.testkit.GeneratedSource;
import dev.varve.testkit.Mount;
import dev.varve.testkit.Sample;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk without room: said so, nothing that was acknowledged is lost, and it goes on with room.
 */
class DiskFullTest {
  @TempDir Path directory;

  private static void store(LmdbBackend backend, Sample blob) {
    try (BlobWriter writer = backend.blobs().writer(0)) {
      writer.put(blob.hash(), blob.bytes());
      writer.flush();
    }
  }

  @Test
  void fullDiskIsSaidSoAndLosesNothing() throws Exception {
    try (Mount mount = Mount.ofMiB(directory.resolve("disk"), 24)) {
      Path disk = mount.place();
      Path filler = Files.write(disk.resolve("filler"), new byte[4 << 20]);
      List<ContentHash> stored = new ArrayList<>();
      RefName main = RefName.branch("main");
      try (LmdbBackend backend = LmdbBackend.create(disk.resolve("repo"))) {
        backend
            .refs()
            .compareAndSet(
                Optional.empty(), Changes.to(main, Changes.target(1), 1), new Evidence(1));

        assertThatThrownBy(
                () -> {
                  for (int i = 0; i < 40; i++) {
                    Sample blob = Sample.of(i, 1_000_000);
                    store(backend, blob);
                    stored.add(blob.hash());
                  }
                })
            .isInstanceOf(BackendException.class)
            .hasMessageContaining("cannot store blobs")
            .hasMessageContaining("the disk is full");
        assertThat(stored).hasSizeGreaterThan(10);

        GeneratedSource large = GeneratedSource.of(1, 2L * Blobs.MAX_WHOLE);
        assertThatThrownBy(
                () -> {
                  try (BlobWriter writer = backend.blobs().writer(0)) {
                    writer.put(large.hash(), large);
                  }
                })
            .isInstanceOf(BackendException.class)
            .hasMessageContaining("the disk is full");
        try (Stream<Path> left = Files.list(LmdbLayout.incoming(disk.resolve("repo")))) {
          assertThat(left).isEmpty();
        }

        assertWhole(backend, stored);
        assertThat(backend.refs().read(main).orElseThrow().number()).isEqualTo(1);

        Files.delete(filler);
        Sample after = Sample.of(1000, 1_000_000);
        store(backend, after);
        stored.add(after.hash());
        RefOutcome moved =
            backend
                .refs()
                .compareAndSet(
                    backend.refs().read(main), Changes.to(main, after.hash(), 2), new Evidence(1));
        assertThat(moved).isInstanceOf(RefOutcome.Done.class);
      }
      try (LmdbBackend again = LmdbBackend.open(disk.resolve("repo"))) {
        assertWhole(again, stored);
        again.checkStructure();
        assertThat(again.refs().read(main).orElseThrow().number()).isEqualTo(2);
      }
    }
  }

  /** Opens a repository and says how it went. */
  static final class Open {
    private Open() {}

    public static void main(String[] args) {
      try (LmdbBackend backend = LmdbBackend.open(Path.of(args[0]))) {
        System.out.println("opened " + backend.config().isPresent());
      } catch (BackendException refused) {
        System.out.println("refused " + refused.getMessage());
      }
    }
  }

  @Test
  void copyWithoutALockFileIsOpenedOrRefusedOnAFullDisk() throws Exception {
    try (Mount mount = Mount.ofMiB(directory.resolve("disk"), 3)) {
      Path repo = mount.place().resolve("repo");
      LmdbBackend.create(repo).close();
      Files.delete(repo.resolve("lock.mdb"));
      Path filler = mount.place().resolve("filler");
      assertThatThrownBy(() -> Files.write(filler, new byte[4 << 20]))
          .hasMessageContaining("No space left");
      try (Fork fork = Fork.start(64, Open.class, repo)) {
        assertThat(fork.await("refused")).contains("the disk is full");
      }

      Files.delete(filler);
      LmdbBackend.open(repo).close();
      try (Stream<Path> all = Files.list(repo)) {
        assertThat(all).hasSize(2);
      }
    }
  }

  private static void assertWhole(LmdbBackend backend, List<ContentHash> stored) {
    VerifiedBlobs blobs = new VerifiedBlobs(backend.blobs(), HashAlgorithm.SHA256);
    assertThat(backend.blobs().missing(Set.copyOf(stored))).isEmpty();
    stored.forEach(hash -> assertThat(blobs.verify("blob", hash)).isEqualTo(1_000_000));
  }

  @Test
  void writerThatMetAFullDiskRefusesFurtherUse() throws Exception {
    try (Mount mount = Mount.ofMiB(directory.resolve("disk"), 6);
        LmdbBackend backend = LmdbBackend.create(mount.place().resolve("repo"));
        BlobWriter writer = backend.blobs().writer(0)) {
      Sample large = Sample.of(1, 7 << 20);
      Sample small = Sample.of(2, 10);
      writer.put(large.hash(), large.bytes());
      assertThatThrownBy(writer::flush).hasMessageContaining("the disk is full");

      assertThatThrownBy(() -> writer.put(small.hash(), small.bytes()))
          .isInstanceOf(BackendException.class)
          .hasMessageContaining("earlier call of this writer failed");
      store(backend, small);
      assertThat(backend.blobs().missing(List.of(small.hash(), large.hash())))
          .containsExactly(large.hash());
    }
  }
}
