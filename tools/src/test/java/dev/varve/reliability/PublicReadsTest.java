package dev.varve.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.varve.blob.Blobs;
import dev.varve.blob.ValueSource;
import dev.varve.error.StoreException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.memory.MemoryBackend;
import dev.varve.testkit.DamagedBackend;
import dev.varve.tree.Key;
import dev.varve.version.CommitInfo;
import dev.varve.version.Repository;
import dev.varve.version.Transaction;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * No public way to read gives bytes that were not proved, unless it says so in its name: each is
 * tried with each object of a repository damaged, and there is none that is not tried.
 */
class PublicReadsTest {
  /** What gives bytes that come out of storage, and the path that reads by it. */
  private static final Map<String, ReadPath> TRIED =
      Map.ofEntries(
          Map.entry("version.View.get", ReadPath.GET),
          Map.entry("version.View.value", ReadPath.VALUE),
          Map.entry("version.View.copy", ReadPath.COPY),
          Map.entry("version.View.range", ReadPath.RANGE),
          Map.entry("version.Snapshot.get", ReadPath.GET),
          Map.entry("version.Snapshot.value", ReadPath.VALUE),
          Map.entry("version.Snapshot.copy", ReadPath.COPY),
          Map.entry("version.Snapshot.range", ReadPath.RANGE),
          Map.entry("version.Transaction.get", ReadPath.TRANSACTION),
          Map.entry("version.Transaction.value", ReadPath.TRANSACTION),
          Map.entry("version.Transaction.copy", ReadPath.TRANSACTION),
          Map.entry("version.Transaction.range", ReadPath.TRANSACTION),
          Map.entry("blob.VerifiedBlobs.get", ReadPath.VALUE),
          Map.entry("blob.VerifiedBlobs.whole", ReadPath.VALUE),
          Map.entry("blob.VerifiedBlobs.copy", ReadPath.COPY),
          Map.entry("blob.VerifiedBlobs.range", ReadPath.RANGE),
          Map.entry("blob.VerifiedBlobs.source", ReadPath.SOURCE),
          Map.entry("blob.VerifiedSource.open", ReadPath.SOURCE),
          Map.entry("tree.NodeSource.bytes", ReadPath.CLONE),
          Map.entry("version.Repository.carriedWith", ReadPath.CLONE),
          Map.entry("zarr.SnapshotStore.get", ReadPath.STORE_RANGES),
          Map.entry("zarr.TransactionStore.get", ReadPath.STORE_RANGES));

  /** Drivers' side of the seam: bytes as stored, which is what these types are for. */
  private static final Set<String> SEAM =
      Set.of(
          "blob.BlobReader",
          "blob.StoredBlob",
          "blob.BlobStore",
          "blob.Mender",
          "blob.RepairableBlobs",
          "ref.Backend",
          "ref.RepairableBackend",
          "ref.RepairableRefs",
          "memory.MemoryBackend");

  private static final Set<String> DRIVERS = Set.of("lmdb", "lmdb.cache", "s3", "testkit");

  /**
   * Offers, which the record's digest covers and which are hashed before they are used: {@code
   * ColdOpenTest} flips them.
   */
  private static final Set<String> OFFERED = Set.of("ref.RefRecord.carried");

  /** Bytes that are made here, are in memory verified, or come from the caller. */
  private static final Set<String> NOT_STORED =
      Set.of(
          "blob.ValueSource",
          "blob.VerifiedSource.source",
          "version.HashedValue",
          "version.CommitCodec.encode",
          "version.RepositoryConfig.encode",
          "tree.NodeSource.emptyNode",
          "tree.NodeSource.known",
          "tree.Entry$Inline.bytes",
          "tree.Key.toUtf8",
          "ref.RefChange.carried",
          "ref.RefRecord$Extension.bytes",
          "ref.RefRecordCodec.encode",
          "hash.ContentHash.toBytes",
          "format.ByteReader",
          "format.ByteWriter",
          "format.FormatHeader",
          "tools.EditLine$PutBytes.bytes",
          "zarr.ImportSource$Item.value",
          "zarr.ZarrPath.prefix");

  @TempDir Path scratch;

  private final MemoryBackend memory = new MemoryBackend();
  private final DamagedBackend backend = new DamagedBackend(memory);
  private ContentHash head = ContentHash.ZERO;

  @BeforeEach
  void fill() {
    try (Repository repository = Stores.create(backend, 1)) {
      Stores.commit(repository, "main", "a/zarr.json", "{}", "a/c/0", "zero", "a/c/1", "one");
      head = Stores.commit(repository, "main", "b/c/0", "other").id();
    }
  }

  /** Adds a value that is not read as a whole for each part of it. */
  private ContentHash large() {
    byte[] large = new byte[Blobs.MAX_WHOLE + 1000];
    new Random(1).nextBytes(large);
    try (Repository repository = Stores.open(backend, 1);
        Transaction edits = repository.begin("main")) {
      edits.put(Key.of("a/c/2"), ValueSource.of(ByteBuffer.wrap(large)));
      edits.commit(CommitInfo.of("large"));
      head = repository.resolve("main");
    }
    return HashAlgorithm.SHA256.hash(large);
  }

  /** Objects damaged one by one, by what may be wrong with their bytes. */
  private void damage(ContentHash object, int how) {
    ByteBuffer whole = memory.contents().get(object);
    ByteBuffer copy = ByteBuffer.allocate(whole.remaining()).put(whole.duplicate()).flip();
    switch (how) {
      case 0 -> backend.delete(object);
      case 1 -> backend.replace(object, copy.limit(copy.limit() - 1));
      default -> {
        int at = copy.limit() - 1;
        backend.replace(object, copy.put(at, (byte) (copy.get(at) ^ 0x10)));
      }
    }
  }

  @Test
  void noPathGivesDamagedBytesOrTakesThemForAbsent() throws IOException {
    // Commit, two roots and a value, at least.
    assertThat(damageEach(memory.contents().keySet()))
        .allSatisfy((path, times) -> assertThat(times).as("%s", path).isGreaterThan(3));
  }

  @Test
  void noPathGivesDamagedBytesOfALargeValue() throws IOException {
    assertThat(damageEach(Set.of(large())))
        .allSatisfy(
            (path, times) -> {
              boolean small =
                  Set.of(ReadPath.GET, ReadPath.VALUE, ReadPath.STRUCTURE).contains(path);
              assertThat(times)
                  .as("%s", path)
                  .isEqualTo(small ? 0 : path == ReadPath.SERVE ? 1 : 3);
            });
  }

  /** How often each path refused to read. */
  private Map<ReadPath, Integer> damageEach(Set<ContentHash> objects) throws IOException {
    Map<ReadPath, SortedMap<String, String>> truth = new EnumMap<>(ReadPath.class);
    Map<ReadPath, Integer> refused = new EnumMap<>(ReadPath.class);
    for (ReadPath path : ReadPath.values()) {
      try (Repository fresh = Stores.open(backend, 2)) {
        truth.put(path, path.read(fresh, head, scratch));
      }
      refused.put(path, 0);
    }
    for (ContentHash object : List.copyOf(objects)) {
      for (int how = 0; how < 3; how++) {
        for (ReadPath path : ReadPath.values()) {
          // What was read before the damage may be known; it must not be believed of the disk.
          try (Repository warm = Stores.open(backend, 3)) {
            if (path != ReadPath.SERVE || how == 2) {
              path.read(warm, head, scratch);
              damage(object, how);
              requireTrueOrRefused(path, warm, truth.get(path));
              try (Repository fresh = Stores.open(backend, 4)) {
                refused.merge(
                    path, requireTrueOrRefused(path, fresh, truth.get(path)), Integer::sum);
              }
            }
          } finally {
            backend.restore();
          }
        }
      }
    }
    return refused;
  }

  private int requireTrueOrRefused(
      ReadPath path, Repository repository, SortedMap<String, String> truth) {
    try {
      assertThat(path.read(repository, head, scratch)).as("%s", path).isEqualTo(truth);
      return 0;
    } catch (StoreException | IOException refused) {
      return 1;
    }
  }

  private static boolean givesBytes(JavaMethod method) {
    List<String> types = new ArrayList<>();
    types.add(method.getReturnType().toErasure().getName());
    types.add(method.reflect().getGenericReturnType().getTypeName());
    method.getRawParameterTypes().stream()
        .map(JavaClass::getName)
        .filter(java.io.OutputStream.class.getName()::equals)
        .forEach(types::add);
    return types.stream()
        .anyMatch(
            name ->
                name.equals("[B")
                    || name.contains(ByteBuffer.class.getName())
                    || name.contains(InputStream.class.getName())
                    || name.equals(java.io.OutputStream.class.getName())
                    || name.contains("dev.varve.blob.StoredBlob")
                    || name.contains("dev.varve.blob.BlobReader")
                    || name.contains("dev.varve.blob.BlobStore")
                    || name.contains("dev.varve.blob.ValueSource"));
  }

  @Test
  void everyPublicWayToBytesIsTriedOrSaysThatItProvesNothing() {
    Set<String> unknown = new TreeSet<>();
    Set<String> tried = new TreeSet<>();
    for (JavaClass each :
        new ClassFileImporter()
            .withImportOption(location -> !location.contains("/test-classes/"))
            .importPackages("dev.varve..")) {
      String name = each.getName().replaceFirst("dev\\.varve\\.", "");
      if (!each.getModifiers().contains(JavaModifier.PUBLIC)
          || DRIVERS.contains(each.getPackageName().replaceFirst("dev\\.varve\\.", ""))
          || SEAM.contains(name)) {
        continue;
      }
      for (JavaMethod method : each.getMethods()) {
        String called = name + "." + method.getName();
        if (TRIED.containsKey(called)) {
          tried.add(called);
        } else if (method.getModifiers().contains(JavaModifier.PUBLIC)
            && givesBytes(method)
            && !method.getName().contains("Unverified")
            && !OFFERED.contains(called)
            && !NOT_STORED.contains(called)
            && !NOT_STORED.contains(name)) {
          unknown.add(called);
        }
      }
    }
    assertThat(unknown).isEmpty();
    assertThat(tried).isEqualTo(new TreeSet<>(TRIED.keySet()));
  }
}
