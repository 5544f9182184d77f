package dev.varve.zarr;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.varve.version.CommitInfo;
import dev.varve.version.Transaction;
import dev.zarr.zarrjava.core.Array;
import dev.zarr.zarrjava.store.FilesystemStore;
import dev.zarr.zarrjava.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * zarr-java reads every array of every state of the sample data from a repository as it does from
 * plain files: with the values that were written, or, of what this version of it cannot read, not.
 */
class ZarrJavaStatesTest {
  /** Larger arrays, of which nearly all is fill values, take minutes. */
  private static final long MOST_VALUES = 4 << 20;

  /** In how many arrays of all states this version of it finds the values that were written. */
  private static final Map<String, Integer> RIGHT =
      Map.of(
          "variants-v2", 10,
          "variants-v3", 25,
          "scenarios", 54,
          "hadgem", 21,
          "nemo", 21,
          "canesm", 5,
          "mitosis", 1,
          "sparse", 0,
          "6001240_labels_v0.5", 0);

  @TempDir private Path folder;

  static Stream<String> datasets() {
    return Samples.names();
  }

  /** What reading an array came to: the digest of its values, or what it threw. */
  private static String outcome(Store store, String path) {
    try {
      return ZarrJavaTest.digest(List.of(Array.open(store.resolve(path.substring(1))).read()));
    } catch (Exception | LinkageError failed) {
      return failed.getClass().getName();
    }
  }

  private static long count(JsonNode array) {
    long count = 1;
    for (JsonNode length : array.path("shape")) {
      count *= length.asLong();
    }
    return count;
  }

  private static void unpack(Path zip, Path target) throws IOException {
    try (InputStream file = Files.newInputStream(zip);
        ZipInputStream all = new ZipInputStream(file)) {
      for (ZipEntry entry = all.getNextEntry(); entry != null; entry = all.getNextEntry()) {
        Path path = target.resolve(entry.getName());
        Files.createDirectories(entry.isDirectory() ? path : path.getParent());
        if (!entry.isDirectory()) {
          Files.copy(all, path);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("datasets")
  void readsEveryStateAsFromPlainFiles(String dataset) throws IOException {
    TestRepository repository = new TestRepository();
    int tried = 0;
    int right = 0;
    List<String> differ = new ArrayList<>();
    try {
      for (Map.Entry<String, JsonNode> state : Samples.states(dataset).properties()) {
        Path zip = Samples.zip(state.getValue().path("store").asText());
        Path plain = folder.resolve(state.getKey());
        try (ImportSource source = ImportSource.open(zip);
            Transaction transaction = repository.repository().begin("main")) {
          new Importer(
                  repository.algorithm(),
                  ImportOptions.DEFAULT.rest(ImportOptions.Rest.DELETE),
                  TransferProgress.NONE)
              .run(source, transaction);
          transaction.commit(CommitInfo.of(state.getKey()));
        }
        unpack(zip, plain);
        SnapshotStore here = new SnapshotStore(repository.main());
        FilesystemStore files = new FilesystemStore(plain);
        for (Map.Entry<String, JsonNode> array : state.getValue().path("arrays").properties()) {
          if (count(array.getValue()) > MOST_VALUES) {
            continue;
          }
          tried++;
          String found = outcome(here, array.getKey());
          boolean equal = found.equals(array.getValue().path("sha256").asText());
          right += equal ? 1 : 0;
          if (!equal && !found.equals(outcome(files, array.getKey()))) {
            differ.add(state.getKey() + array.getKey() + ": " + found);
          }
        }
      }
    } finally {
      repository.close();
    }
    assertThat(differ).isEmpty();
    assertThat(right)
        .as("arrays with the values that were written, of %d", tried)
        .isEqualTo(RIGHT.get(dataset));
  }
}
