package dev.varve.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.error.BackendException;
import dev.varve.error.StoreException;
import dev.varve.error.UnknownOutcomeException;
import dev.varve.hash.HashAlgorithm;
import dev.varve.memory.MemoryBackend;
import dev.varve.sync.Sync;
import dev.varve.testkit.FaultyBackend;
import dev.varve.version.CommitInfo;
import dev.varve.version.Repository;
import dev.varve.version.Transaction;
import dev.varve.zarr.DirectorySource;
import dev.varve.zarr.Exporter;
import dev.varve.zarr.ImportOptions;
import dev.varve.zarr.Importer;
import dev.varve.zarr.TransferProgress;
import dev.varve.zarr.ZarrPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Import, export and sync with each of their operations on storage failing in turn. */
class TransferFaultsTest {
  private static final ImportOptions OPTIONS =
      new ImportOptions(ZarrPath.ROOT, ImportOptions.Rest.DELETE, 2);

  @TempDir Path directory;

  private static MemoryBackend prepared() {
    MemoryBackend memory = new MemoryBackend();
    Flow.prepare(Stores.create(memory, 1));
    return memory;
  }

  private static SortedMap<String, String> states(MemoryBackend memory) {
    return Stores.states(Stores.open(memory, 3));
  }

  private static void importInto(Repository repository, Path source) {
    try (Transaction edits = repository.begin("main")) {
      new Importer(HashAlgorithm.SHA256, OPTIONS, TransferProgress.NONE)
          .run(new DirectorySource(source), edits);
      edits.commit(CommitInfo.of("import"));
    }
  }

  @Test
  void importThatFailsAnywhereChangesNothingAndCanBeRepeated() throws IOException {
    Path source = Files.createDirectories(directory.resolve("source/a/c"));
    Files.writeString(directory.resolve("source/a/zarr.json"), "{\"a\": 2}");
    for (int i = 0; i < 12; i++) {
      Files.writeString(source.resolve(String.valueOf(i)), "imported " + i);
    }
    Path root = directory.resolve("source");
    MemoryBackend whole = prepared();
    SortedMap<String, String> before = states(whole);
    importInto(Stores.open(whole, 2), root);
    SortedMap<String, String> after = states(whole);
    int n = 1;
    for (boolean failing = true; failing; n++) {
      MemoryBackend memory = prepared();
      FaultyBackend faulty = new FaultyBackend(memory);
      Repository repository = Stores.open(faulty, 2);
      faulty.failAt(n);
      try {
        importInto(repository, root);
        failing = false;
      } catch (BackendException failed) {
        assertThat(failed).hasMessageContaining("was told to fail");
        assertThat(states(memory)).as("after operation %d", n).isEqualTo(before);
        faulty.heal();
        importInto(Stores.open(faulty, 4), root);
      }
      assertThat(states(memory)).as("operation %d", n).isEqualTo(after);
      Stores.requireClean(Stores.open(memory, 3));
    }
    assertThat(n).isGreaterThan(12);
  }

  private static List<Path> files(Path root) throws IOException {
    try (Stream<Path> all = Files.list(root)) {
      return all.toList();
    }
  }

  private void exportEverywhere(String name) throws IOException {
    MemoryBackend memory = prepared();
    int n = 1;
    for (boolean failing = true; failing; n++) {
      Path parent = Files.createDirectories(directory.resolve("out-" + n));
      FaultyBackend faulty = new FaultyBackend(memory);
      Repository repository = Stores.open(faulty, 2);
      Exporter exporter = new Exporter(repository.environment(), 2, TransferProgress.NONE);
      faulty.failAt(n);
      try {
        exporter.run(repository.snapshot("side"), ZarrPath.ROOT, parent.resolve(name));
        failing = false;
      } catch (BackendException failed) {
        assertThat(failed).hasMessageContaining("was told to fail");
        assertThat(files(parent)).as("left by operation %d", n).isEmpty();
        exporter.run(repository.snapshot("side"), ZarrPath.ROOT, parent.resolve(name));
      }
      assertThat(files(parent)).containsExactly(parent.resolve(name));
    }
    assertThat(n).isGreaterThan(3);
  }

  @Test
  void exportToADirectoryThatFailsLeavesNothingBehind() throws IOException {
    exportEverywhere("out");
    assertThat(directory.resolve("out-1/out/s/c/0")).hasContent("s");
  }

  @Test
  void exportToAZipThatFailsLeavesNothingBehind() throws IOException {
    exportEverywhere("out.zip");
  }

  /** Each ref of the receiver holds nothing, or what the sender's does. */
  private static void requirePart(SortedMap<String, String> part, SortedMap<String, String> whole) {
    part.forEach((ref, state) -> assertThat(digest(state)).isEqualTo(digest(whole.get(ref))));
  }

  /** A state without the number of the ref's record, which is the receiver's own. */
  private static String digest(String state) {
    return state.substring(state.indexOf(','));
  }

  private static SortedMap<String, String> digests(SortedMap<String, String> states) {
    SortedMap<String, String> digests = new TreeMap<>(states);
    digests.replaceAll((ref, state) -> digest(state));
    return digests;
  }

  private static void sync(Repository from, Repository to) {
    new Sync(from, to, (objects, bytes) -> {}).run();
  }

  private static void syncEverywhere(boolean senderFails) {
    MemoryBackend sender = prepared();
    SortedMap<String, String> whole = states(sender);
    int n = 1;
    for (boolean failing = true; failing; n++) {
      MemoryBackend receiver = new MemoryBackend();
      Stores.create(receiver, 5);
      FaultyBackend faulty = new FaultyBackend(senderFails ? sender : receiver);
      Repository broken = Stores.open(faulty, 6);
      Repository from = senderFails ? broken : Stores.open(sender, 7);
      Repository to = senderFails ? Stores.open(receiver, 8) : broken;
      faulty.failAt(n);
      try {
        sync(from, to);
        failing = false;
      } catch (BackendException failed) {
        assertThat(failed).hasMessageContaining("was told to fail");
        Stores.requireClean(Stores.open(receiver, 9));
        requirePart(states(receiver), whole);
        faulty.heal();
        sync(from, to);
      }
      assertThat(digests(states(receiver))).as("operation %d", n).isEqualTo(digests(whole));
      Stores.requireClean(Stores.open(receiver, 9));
    }
    assertThat(n).isGreaterThan(20);
  }

  @Test
  void syncWhoseReceiverFailsLeavesWholeRefsAndCanBeRepeated() {
    syncEverywhere(false);
  }

  @Test
  void syncWhoseSenderFailsLeavesWholeRefsAndCanBeRepeated() {
    syncEverywhere(true);
  }

  @Test
  void syncWithoutAnAnswerIsUnknownAndGoesOnWhenRepeated() {
    for (FaultyBackend.Answer answer : FaultyBackend.Answer.values()) {
      if (answer == FaultyBackend.Answer.TRUE) {
        continue;
      }
      MemoryBackend sender = prepared();
      MemoryBackend receiver = new MemoryBackend();
      FaultyBackend faulty = new FaultyBackend(receiver);
      Repository to = Stores.create(faulty, 5);
      Repository from = Stores.open(sender, 6);
      faulty.answerNext(answer);
      StoreException failed = null;
      try {
        sync(from, to);
      } catch (StoreException unknown) {
        failed = unknown;
      }
      assertThat(failed).isInstanceOf(UnknownOutcomeException.class);
      assertThat(states(receiver))
          .hasSize(answer == FaultyBackend.Answer.HAPPENED_BUT_UNKNOWN ? 1 : 0);
      requirePart(states(receiver), states(sender));
      Stores.requireClean(Stores.open(receiver, 9));

      sync(from, to);

      assertThat(digests(states(receiver))).isEqualTo(digests(states(sender)));
    }
  }
}
