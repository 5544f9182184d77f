package dev.varve.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.check.CheckScope;
import dev.varve.check.Finding;
import dev.varve.check.RepositoryCheck;
import dev.varve.error.StoreException;
import dev.varve.hash.HashAlgorithm;
import dev.varve.tree.Key;
import dev.varve.tree.KeyEntry;
import dev.varve.version.CommitInfo;
import dev.varve.version.ConflictRule;
import dev.varve.version.Environment;
import dev.varve.version.Repository;
import dev.varve.version.RepositoryConfig;
import dev.varve.version.Snapshot;
import dev.varve.version.Transaction;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Every object of a bucket with a bit flipped, cut, emptied, lost, or with another's bytes: refused
 * or told by the check, and never read as if it were true.
 */
class ObjectDamageTest {
  private final MemoryBucket bucket = new MemoryBucket();
  private final S3Layout layout = new S3Layout("repo/");
  private final long seed = Long.getLong("seed", 1);

  private Repository open() {
    return Repository.open(
        new S3Backend(bucket, layout, MemoryFactory.SETTINGS),
        Environment.system(),
        ConflictRule.SAME_KEY_ONLY);
  }

  private void fill() {
    try (Repository repository =
        Repository.create(
            new S3Backend(bucket, layout, MemoryFactory.SETTINGS),
            RepositoryConfig.of(HashAlgorithm.SHA256),
            Environment.system(),
            ConflictRule.SAME_KEY_ONLY)) {
      for (int commit = 0; commit < 3; commit++) {
        try (Transaction edits = repository.begin("main")) {
          for (int i = 0; i < 12; i++) {
            byte[] value = new byte[30 + i];
            new Random(100 * commit + i).nextBytes(value);
            edits.put(Key.of("air/c/" + commit + "/" + i), ByteBuffer.wrap(value));
          }
          edits.put(Key.of("air/zarr.json"), ByteBuffer.wrap(new byte[] {'{', '}'}));
          edits.commit(CommitInfo.of("commit " + commit));
        }
      }
    }
  }

  private static Map<String, ByteBuffer> contents(Repository repository) {
    Snapshot head = repository.snapshot("main");
    Map<String, ByteBuffer> contents = new TreeMap<>();
    for (Iterator<KeyEntry> all = head.entries(""); all.hasNext(); ) {
      KeyEntry each = all.next();
      contents.put(each.key().toString(), head.value(each.key(), each.entry()));
    }
    return contents;
  }

  /** Whether somebody said that something is wrong. Fails where wrong bytes are read. */
  private boolean told(Map<String, ByteBuffer> truth) {
    try (Repository repository = open()) {
      Optional<Map<String, ByteBuffer>> read;
      try {
        read = Optional.of(contents(repository));
      } catch (StoreException refused) {
        read = Optional.empty();
      }
      read.ifPresent(contents -> assertThat(contents).isEqualTo(truth));
      List<Finding> findings = new ArrayList<>();
      new RepositoryCheck(repository, 1, findings::add).run(CheckScope.EVERYTHING);
      findings.stream()
          .filter(each -> each.role() == Finding.Role.VALUE)
          .forEach(each -> assertThat(each.key()).isPresent());
      return !findings.isEmpty();
    } catch (StoreException refused) {
      return true;
    }
  }

  private static List<byte[]> damaged(byte[] whole, byte[] other, Random random, int flips) {
    List<byte[]> all = new ArrayList<>();
    for (int i = 0; i < flips; i++) {
      byte[] flipped = whole.clone();
      flipped[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
      all.add(flipped);
    }
    all.add(Arrays.copyOf(whole, random.nextInt(whole.length)));
    all.add(Arrays.copyOf(whole, whole.length + 1));
    all.add(new byte[0]);
    if (!Arrays.equals(whole, other)) {
      all.add(other);
    }
    return all;
  }

  @Test
  void damagedObjectsAreToldAndNeverReadAsIfTheyWereTrue() {
    fill();
    Map<String, ByteBuffer> truth;
    try (Repository repository = open()) {
      truth = contents(repository);
    }
    assertThat(told(truth)).isFalse();
    Random random = new Random(seed);
    int flips = Boolean.getBoolean("varve.long") ? 250 : 2;
    int tried = 0;
    List<String> keys = bucket.keys();
    for (String key : keys) {
      byte[] whole = bucket.take(key);
      // The newest record of a ref may not be known to have been: the one before it stands then.
      if (!key.contains("/refs/")) {
        assertThat(told(truth)).as("%s lost", key).isTrue();
      }
      String other = keys.get(random.nextInt(keys.size()));
      byte[] others = other.equals(key) ? whole : bucket.take(other);
      bucket.place(other, others);
      for (byte[] bytes : damaged(whole, others, random, flips)) {
        bucket.place(key, bytes);
        assertThat(told(truth)).as("seed %d, %s, %d bytes", seed, key, bytes.length).isTrue();
        tried++;
      }
      bucket.place(key, whole);
    }
    assertThat(told(truth)).isFalse();
    System.out.println(
        "object damage: seed " + seed + ", " + keys.size() + " objects, " + tried + " damages");
  }
}
