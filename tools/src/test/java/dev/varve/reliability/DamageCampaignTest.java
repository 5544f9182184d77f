package dev.varve.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.Varve;
import dev.varve.blob.Blobs;
import dev.varve.blob.ValueSource;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.ref.RefName;
import dev.varve.tree.Key;
import dev.varve.version.CommitInfo;
import dev.varve.version.Repository;
import dev.varve.version.Transaction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bits, pages and files of repositories on disk are damaged, one damage a time, and everything is
 * read and verified: each damage is told or changes nothing. Other processes do it, so that one
 * that ends or stands still is told too.
 */
class DamageCampaignTest {
  private static final int HEAP_MIB = 256;
  private static final int SECONDS_FOR_ONE = 300;

  /** After so many a new process goes on, which has loaded and mapped nothing yet. */
  private static final int BATCH = 500;

  private final long seed = Runs.seed(1);

  /** By damage and outcome; its lock keeps what is counted. */
  private final SortedMap<String, SortedMap<String, Integer>> counts = new TreeMap<>();

  private final List<String> bad = Collections.synchronizedList(new ArrayList<>());

  @TempDir Path folder;

  private static String group(String part) {
    return "{\"zarr_format\":3,\"node_type\":\"group\",\"attributes\":{\"part\":" + part + "}}";
  }

  private static String array(String shape) {
    return "{\"zarr_format\":3,\"node_type\":\"array\",\"data_type\":\"uint8\",\"fill_value\":0,"
        + ("\"shape\":[" + shape + "],\"codecs\":[{\"name\":\"bytes\"}],")
        + "\"chunk_key_encoding\":{\"name\":\"default\"},\"chunk_grid\":{\"name\":\"regular\","
        + ("\"configuration\":{\"chunk_shape\":[" + shape.replaceAll("\\d+", "1") + "]}}}");
  }

  private Path repository(String name, int largeValues) {
    Path path = folder.resolve(name);
    try (Repository repository = Varve.create(path, HashAlgorithm.SHA256)) {
      for (int part = 0; part < 4; part++) {
        try (Transaction edits = repository.begin("main")) {
          edits.put(Key.of("air/zarr.json"), Stores.bytes(group("" + part)));
          edits.put(Key.of("air/temperature/zarr.json"), Stores.bytes(array("200,1")));
          edits.put(Key.of("air/large/zarr.json"), Stores.bytes(array("2")));
          for (int i = part; i < 200; i += 4) {
            // Rows within a page, some that have pages of their own, and values in packs.
            byte[] chunk =
                new byte[i % 25 == 0 ? 6000 + i : i == 67 ? 1_100_000 : i == 71 ? 40_000 : 20 + i];
            new Random(i).nextBytes(chunk);
            edits.put(Key.of("air/temperature/c/" + i + "/0"), ByteBuffer.wrap(chunk));
          }
          edits.commit(CommitInfo.of("part " + part));
        }
      }
      // Nodes that are stored as differences.
      for (int i = 0; i < 6; i++) {
        try (Transaction edits = repository.begin("main")) {
          edits.put(Key.of("air/temperature/c/" + 30 * i + "/0"), Stores.bytes("again " + i));
          edits.commit(CommitInfo.of("again " + i));
        }
      }
      for (int i = 0; i < largeValues; i++) {
        byte[] large = new byte[Blobs.MAX_WHOLE + 1 + i];
        new Random(1000 + i).nextBytes(large);
        try (Transaction edits = repository.begin("main")) {
          edits.put(Key.of("air/large/c/" + i), ValueSource.of(ByteBuffer.wrap(large)));
          edits.commit(CommitInfo.of("large " + i));
        }
      }
      ContentHash head = repository.resolve("main~1");
      repository.refs().create(RefName.branch("side"), head, "made");
      repository.refs().create(RefName.tag("v1"), head, "made");
      repository.refs().delete(RefName.branch("side"), "deleted");
    }
    return path;
  }

  @Test
  void damageIsToldAndNothingElseIsReadInItsPlace() throws Exception {
    Path small = repository("small", 0);
    Path large = repository("large", 2);
    int total = Runs.count(150, 14_000);
    int atOnce = Runs.count(1, Runtime.getRuntime().availableProcessors());
    ExecutorService processes = Executors.newFixedThreadPool(atOnce);
    try {
      List<Future<?>> batches = new ArrayList<>();
      for (int first = 1; first <= total; first += BATCH) {
        int begin = first;
        int last = Math.min(total, first + BATCH - 1);
        batches.add(processes.submit(() -> batch(small, large, begin, last)));
      }
      for (Future<?> each : batches) {
        each.get();
      }
    } finally {
      processes.shutdownNow();
    }
    int flips = 0;
    for (Map.Entry<String, SortedMap<String, Integer>> each : counts.entrySet()) {
      if (each.getKey().startsWith("FLIP")) {
        flips += each.getValue().values().stream().mapToInt(Integer::intValue).sum();
      }
    }
    System.out.println("damage: seed " + seed + ", " + flips + " flips of " + total);
    assertThat(bad).isEmpty();
    assertThat(counts.get(Damage.FLIP_ANYWHERE.name())).containsKey("FOUND");
    assertThat(counts.get(Damage.FLIP_PACK.name())).containsKey("FOUND");
    for (StoredBits.Kind kind : StoredBits.Kind.values()) {
      // In short runs not every kind has its turn; what a collection would leave, none has.
      var ofKind = counts.getOrDefault(Damage.FLIP_KIND + ":" + kind, new TreeMap<>());
      assertThat(kind.isObject() && ofKind.containsKey("HARMLESS")).as("%s", kind).isFalse();
      assertThat(total < 1000 || kind == StoredBits.Kind.COLLECTION_ROW || !ofKind.isEmpty())
          .as("%s", kind)
          .isTrue();
    }
    assertThat(flips).isGreaterThan(total * 2 / 3);
  }

  private Void batch(Path small, Path large, int first, int last) throws Exception {
    Path work = Files.createDirectory(folder.resolve("work" + first));
    int next = first;
    while (next <= last) {
      Path place = Files.createDirectory(work.resolve("from" + next));
      try (Fork fork =
          Fork.lasting(HEAP_MIB, DamageWork.class, small, large, place, seed, next, last)) {
        next = follow(fork, next);
      }
    }
    Folders.delete(work);
    synchronized (counts) {
      System.out.println(
          ("damage: seed " + seed + ", " + first + " to " + last + " done, bad so far " + bad)
              + (", in all " + counts));
    }
    return null;
  }

  /** Counts what the process tells, until its end; returns the number to go on with. */
  private int follow(Fork fork, int first) throws Exception {
    int next = first;
    String under = "its begin";
    while (true) {
      Optional<String> line = line(fork, under);
      if (line.isEmpty()) {
        bad.add("the process ended in: " + under);
        return next + 1;
      }
      String[] words = line.get().split(" ");
      if (words[0].equals("end")) {
        return next;
      } else if (words[0].equals("try")) {
        under = line.get();
      } else if (words.length == 3 && words[0].equals(String.valueOf(next))) {
        synchronized (counts) {
          counts
              .computeIfAbsent(words[1], damage -> new TreeMap<>())
              .merge(words[2], 1, Integer::sum);
        }
        if (words[2].equals(DamageWork.Outcome.SILENT.name())) {
          bad.add("silent: " + under);
        }
        next++;
      } else {
        bad.add(under + ": " + line.get());
      }
    }
  }

  /**
   * The next line; a process that says nothing for minutes stands still. They are counted by the
   * second, so that a machine that stops both does not count.
   */
  private static Optional<String> line(Fork fork, String under) throws Exception {
    CompletableFuture<Optional<String>> line =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return fork.line();
              } catch (IOException ended) {
                return Optional.empty();
              }
            });
    int seconds = 0;
    while (seconds < SECONDS_FOR_ONE) {
      try {
        return line.get(1, TimeUnit.SECONDS);
      } catch (TimeoutException quiet) {
        seconds++;
      }
    }
    fork.kill();
    return Optional.of("stands still in " + under);
  }
}
