package dev.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.Blobs;
import dev.varve.blob.Evidence;
import dev.varve.blob.VerifiedBlobs;
import dev.varve.error.BackendException;
import dev.varve.hash.HashAlgorithm;
import dev.varve.ref.RefName;
import dev.varve.testkit.Changes;
import dev.varve.testkit.GeneratedSource;
import dev.varve.testkit.Mount;
import dev.varve.testkit.Sample;
import java.io.File;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where nothing may be written, reading works and writing is refused clearly. */
class ReadOnlyTest {
  private static final RefName MAIN = RefName.branch("main");
  private final Sample small = Sample.of(1, 1000);
  private final Sample packed = Sample.of(4, 2_000_000);
  private final GeneratedSource large = GeneratedSource.of(2, 2L * Blobs.MAX_WHOLE);

  @TempDir Path directory;

  private void fill(Path repo) {
    try (LmdbBackend backend = LmdbBackend.create(repo)) {
      backend.createConfig(ByteBuffer.wrap(new byte[] {1}));
      Evidence evidence;
      try (BlobWriter writer = backend.blobs().writer(0)) {
        writer.put(small.hash(), small.bytes());
        writer.put(packed.hash(), packed.bytes());
        writer.put(large.hash(), large);
        evidence = writer.flush();
      }
      backend.refs().compareAndSet(Optional.empty(), Changes.to(MAIN, small.hash(), 1), evidence);
    }
  }

  private void assertReadsAndRefusesWrites(Path repo) {
    try (LmdbBackend backend = LmdbBackend.open(repo)) {
      assertThat(backend.readOnly()).isTrue();
      assertThat(backend.config()).isPresent();
      VerifiedBlobs blobs = new VerifiedBlobs(backend.blobs(), HashAlgorithm.SHA256);
      assertThat(blobs.get("blob", small.hash(), 1000)).isEqualTo(small.bytes());
      assertThat(blobs.verify("value", packed.hash())).isEqualTo(packed.length());
      assertThat(blobs.verify("value", large.hash())).isEqualTo(large.length());
      assertThat(backend.refs().read(MAIN).orElseThrow().target()).contains(small.hash());
      backend.checkStructure();

      assertThatThrownBy(
              () ->
                  backend
                      .refs()
                      .compareAndSet(
                          backend.refs().read(MAIN),
                          Changes.to(MAIN, Changes.target(2), 2),
                          new Evidence(1)))
          .isInstanceOf(BackendException.class)
          .hasMessageContaining("cannot write ref heads/main")
          .hasMessageContaining("reading alone");
      try (BlobWriter writer = backend.blobs().writer(0)) {
        writer.put(small.hash(), small.bytes());
        assertThatThrownBy(writer::flush).isInstanceOf(BackendException.class);
      }
      try (BlobWriter writer = backend.blobs().writer(0)) {
        Sample other = Sample.of(5, 2_000_000);
        writer.put(other.hash(), other.bytes());
        assertThatThrownBy(writer::flush)
            .isInstanceOf(BackendException.class)
            .hasMessageContaining("reading alone");
      }
      try (BlobWriter writer = backend.blobs().writer(0)) {
        GeneratedSource other = GeneratedSource.of(3, 2L * Blobs.MAX_WHOLE);
        assertThatThrownBy(() -> writer.put(other.hash(), other))
            .isInstanceOf(BackendException.class);
      }
      assertThatThrownBy(() -> backend.createConfig(ByteBuffer.wrap(new byte[] {2})))
          .isInstanceOf(BackendException.class);
    }
  }

  @Test
  void readOnlyDiskIsRead() throws Exception {
    try (Mount mount = Mount.ofMiB(directory.resolve("disk"), 64)) {
      Path disk = mount.place();
      fill(disk.resolve("repo"));
      mount.makeReadOnly();

      assertReadsAndRefusesWrites(disk.resolve("repo"));
      assertThatThrownBy(() -> LmdbBackend.create(disk.resolve("new")))
          .isInstanceOf(BackendException.class)
          .hasMessageContaining("cannot create a repository");
    }
  }

  @Test
  void directoryWithoutTheRightToWriteIsRead() throws Exception {
    Path repo = directory.resolve("repo");
    fill(repo);
    try {
      for (String each : new String[] {"data.mdb", "lock.mdb", ""}) {
        File file = each.isEmpty() ? repo.toFile() : repo.resolve(each).toFile();
        assertThat(file.setWritable(false, false)).isTrue();
      }
      Assumptions.assumeFalse(
          Files.isWritable(repo.resolve("data.mdb")),
          "this user may write whatever the rights say");

      assertReadsAndRefusesWrites(repo);
    } finally {
      repo.toFile().setWritable(true);
    }
  }
}
