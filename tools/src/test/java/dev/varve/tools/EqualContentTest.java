package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.Varve;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.memory.MemoryBackend;
import dev.varve.tree.Key;
import dev.varve.version.CommitInfo;
import dev.varve.version.CommitOutcome;
import dev.varve.version.ConflictRule;
import dev.varve.version.Environment;
import dev.varve.version.Repository;
import dev.varve.version.RepositoryConfig;
import dev.varve.version.Transaction;
import dev.varve.zarr.ImportOptions;
import dev.varve.zarr.ImportSource;
import dev.varve.zarr.Importer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Equal content has an equal root, however it came there and wherever it is kept. */
class EqualContentTest {
  private static final int ORDERS = 1000;
  private static final int KEYS = 400;

  private static Map<String, byte[]> content() {
    Map<String, byte[]> content = new TreeMap<>();
    Random random = new Random(20261121);
    for (int i = 0; i < KEYS; i++) {
      byte[] value = new byte[random.nextInt(200)];
      random.nextBytes(value);
      String name =
          i % 20 == 0
              ? "g" + i % 3 + "/a" + i + "/zarr.json"
              : "g" + i % 3 + "/a/c/" + i / 7 + "/" + i % 7;
      content.put(name, value);
    }
    return content;
  }

  private static Repository memory() {
    return Repository.create(
        new MemoryBackend(),
        RepositoryConfig.of(HashAlgorithm.SHA256),
        Environment.system(),
        ConflictRule.SAME_KEY_ONLY);
  }

  /** Edits in some order, with detours that are taken back, over several commits. */
  private static ContentHash edited(
      Repository repository, String branch, Random random, int commits) {
    List<Map.Entry<String, byte[]>> order = new ArrayList<>(content().entrySet());
    Collections.shuffle(order, random);
    ContentHash last = ContentHash.ZERO;
    int at = 0;
    for (int c = 1; c <= commits; c++) {
      int end = c == commits ? order.size() : at + random.nextInt(order.size() - at + 1);
      try (Transaction edits = repository.begin(branch)) {
        if (random.nextBoolean()) {
          edits.put(Key.of("detour/" + random.nextInt(1000)), ByteBuffer.wrap(new byte[] {1}));
        }
        for (; at < end; at++) {
          edits.put(Key.of(order.get(at).getKey()), ByteBuffer.wrap(order.get(at).getValue()));
        }
        if (c == commits) {
          edits.deleteDirectory("detour");
        }
        CommitOutcome outcome = edits.commit(CommitInfo.of("step"));
        last = outcome instanceof CommitOutcome.Committed done ? done.id() : last;
      }
    }
    return repository.commit(repository.resolve(branch)).manifest().root(HashAlgorithm.SHA256);
  }

  @Test
  void aThousandOrdersOfEditingGiveOneRoot() {
    Repository repository = memory();
    ContentHash expected = edited(repository, "first", new Random(0), 1);
    for (int seed = 1; seed <= ORDERS; seed++) {
      assertThat(edited(repository, "b" + seed, new Random(seed), 1 + seed % 4))
          .as("seed %d", seed)
          .isEqualTo(expected);
    }
  }

  @Test
  void memoryDiskImportDirectoryAndZipAgree(@TempDir Path folder) throws IOException {
    ContentHash expected = edited(memory(), "main", new Random(0), 1);
    try (Repository disk = Varve.create(folder.resolve("edited"), HashAlgorithm.SHA256)) {
      assertThat(edited(disk, "main", new Random(5), 3)).isEqualTo(expected);
    }
    Path directory = folder.resolve("source");
    Path zip = folder.resolve("source.zip");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      for (Map.Entry<String, byte[]> each : content().entrySet()) {
        Path file = directory.resolve(each.getKey());
        Files.createDirectories(file.getParent());
        Files.write(file, each.getValue());
        out.putNextEntry(new ZipEntry(each.getKey()));
        out.write(each.getValue());
        out.closeEntry();
      }
    }
    for (Path source : List.of(directory, zip)) {
      try (Repository disk =
              Varve.create(folder.resolve("from-" + source.getFileName()), HashAlgorithm.SHA256);
          ImportSource from = ImportSource.open(source);
          Transaction edits = disk.begin("main")) {
        new Importer(HashAlgorithm.SHA256, ImportOptions.DEFAULT, (files, bytes) -> {})
            .run(from, edits);
        edits.commit(CommitInfo.of("import"));
        assertThat(disk.contentHash(disk.snapshot("main"), "")).isEqualTo(expected);
      }
    }
  }

  /** The root on every machine and every Java: it stands here. */
  @Test
  void theRootIsTheOneWrittenDown() {
    assertThat(edited(memory(), "main", new Random(1), 2).toString()).isEqualTo(WRITTEN_DOWN);
  }

  private static final String WRITTEN_DOWN =
      "971a97b3e202ad507086235881234b4c4b1697f679a80c89e202fddfc85e01a5";

  @Test
  void anotherValueGivesAnotherRoot() {
    Repository repository = memory();
    ContentHash expected = edited(repository, "main", new Random(0), 1);
    try (Transaction edits = repository.begin("main")) {
      edits.put(Key.of("g1/a/c/0/1"), ByteBuffer.wrap("other".getBytes(StandardCharsets.UTF_8)));
      edits.commit(CommitInfo.of("other"));
    }
    assertThat(repository.contentHash(repository.snapshot("main"), "")).isNotEqualTo(expected);
  }
}
