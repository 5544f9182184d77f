package dev.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.VerifiedBlobs;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.testkit.Sample;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that append to packs of one repository, and are killed. */
class PackProcessesTest {
  private static final int LENGTH = 40_000;

  /** No value is too little for a pack. */
  private static final LmdbSettings EACH = LmdbSettings.standard().withPackLeast(0);

  @TempDir Path directory;

  private static Sample value(int who, int i) {
    return Sample.of(1000L * who + i, LENGTH);
  }

  /**
   * Stores values, a flush each, tells each, and waits at the end; or goes on until it is killed.
   */
  static final class Store {
    private Store() {}

    public static void main(String[] args) throws IOException {
      int who = Integer.parseInt(args[1]);
      int count = Integer.parseInt(args[2]);
      try (LmdbBackend backend = LmdbBackend.open(Path.of(args[0]), EACH)) {
        for (int i = 0; i < count; i++) {
          Sample value = value(who, i);
          try (BlobWriter writer = backend.blobs().writer(0)) {
            writer.put(value.hash(), value.bytes());
            writer.flush();
          }
          System.out.println("stored " + value.hash());
        }
        System.out.println("all");
        System.in.read();
      }
    }
  }

  private Path repo() {
    return directory.resolve("repo");
  }

  private static int pack(LmdbBackend backend, ContentHash hash) {
    byte[] row =
        backend.store().environment().read(() -> "look", txn -> txn.packed(hash.toBytes()));
    assertThat(row).isNotNull();
    return PackPlace.at(hash, row).pack();
  }

  private static void store(LmdbBackend backend, Sample value) {
    try (BlobWriter writer = backend.blobs().writer(0)) {
      writer.put(value.hash(), value.bytes());
      writer.flush();
    }
  }

  @Test
  void processesAppendToPacksOfTheirOwnAndTakeOverThoseOfTheDead() throws Exception {
    LmdbBackend.create(repo()).close();
    try (LmdbBackend backend = LmdbBackend.open(repo(), EACH);
        Fork first = Fork.start(128, Store.class, repo(), 1, 3);
        Fork second = Fork.start(128, Store.class, repo(), 2, 3)) {
      store(backend, value(0, 0));
      first.await("all");
      second.await("all");
      store(backend, value(0, 1));
      Set<Integer> packs = new TreeSet<>();
      for (int who = 0; who < 3; who++) {
        assertThat(pack(backend, value(who, 1).hash()))
            .isEqualTo(pack(backend, value(who, 0).hash()));
        packs.add(pack(backend, value(who, 0).hash()));
      }
      assertThat(packs).hasSize(3);

      first.kill();
      first.exit();
      second.send("end");
      second.exit();
      try (Fork third = Fork.start(128, Store.class, repo(), 3, 1);
          Fork fourth = Fork.start(128, Store.class, repo(), 4, 1)) {
        third.await("all");
        fourth.await("all");
        packs.remove(pack(backend, value(0, 0).hash()));
        assertThat(Set.of(pack(backend, value(3, 0).hash()), pack(backend, value(4, 0).hash())))
            .isEqualTo(packs);
      }
    }
  }

  @Test
  void whatKilledProcessesAcknowledgedIsWhole() throws Exception {
    LmdbBackend.create(repo()).close();
    List<ContentHash> acknowledged = new ArrayList<>();
    for (int round = 0; round < 3; round++) {
      List<Fork> forks = new ArrayList<>();
      try {
        for (int who = 1; who <= 2; who++) {
          forks.add(Fork.start(128, Store.class, repo(), 10 * round + who, 100_000));
        }
        for (Fork each : forks) {
          for (int i = 0; i < 5; i++) {
            acknowledged.add(ContentHash.parse(each.await("stored ").substring(7)));
          }
        }
      } finally {
        forks.forEach(Fork::close);
      }
      for (Fork each : forks) {
        each.exit();
      }
      try (LmdbBackend backend = LmdbBackend.open(repo(), EACH)) {
        VerifiedBlobs blobs = new VerifiedBlobs(backend.blobs(), HashAlgorithm.SHA256);
        acknowledged.forEach(hash -> assertThat(blobs.verify("v", hash)).isEqualTo(LENGTH));
        backend.store().blobs().scan((hash, length) -> blobs.verify("v", hash));
      }
    }
  }
}
