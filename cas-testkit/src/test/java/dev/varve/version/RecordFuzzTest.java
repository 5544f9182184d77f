package dev.varve.version;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.error.CorruptDataException;
import dev.varve.error.InvalidNameException;
import dev.varve.error.NotFoundException;
import dev.varve.error.UnsupportedFormatException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.memory.MemoryBackend;
import dev.varve.ref.Nonce;
import dev.varve.ref.RefName;
import dev.varve.ref.RefRecord;
import dev.varve.ref.RefRecordCodec;
import dev.varve.testkit.Fuzz;
import dev.varve.testkit.FuzzTarget;
import dev.varve.tree.Key;
import dev.varve.tree.Totals;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Any bytes as commits, ref records and configurations; any text as names and revisions. */
class RecordFuzzTest {
  private static final ContentHash HASH = HashAlgorithm.SHA256.hash(new byte[] {1});

  private static Commit commit(List<ContentHash> parents, Map<String, String> attributes) {
    return new Commit(
        parents,
        parents.isEmpty() ? 1 : 300,
        new Manifest(HASH, HASH),
        new Totals(3, 400),
        new Totals(70_000, 1L << 40),
        1_700_000_000_000L,
        "me",
        "a message",
        new TreeMap<>(attributes),
        new Nonce(1, 2));
  }

  /** Gives all but the last 32 bytes their digest. */
  private static byte[] sealed(byte[] bytes) {
    if (bytes.length < ContentHash.BYTES) {
      return bytes;
    }
    byte[] sealed = bytes.clone();
    int body = bytes.length - ContentHash.BYTES;
    byte[] digest = HashAlgorithm.SHA256.hash(Arrays.copyOf(bytes, body)).toBytes();
    System.arraycopy(digest, 0, sealed, body, digest.length);
    return sealed;
  }

  @Test
  void commitsAreRefusedOrRead() throws InterruptedException {
    FuzzTarget target =
        FuzzTarget.ofBytes(
                "commit",
                bytes -> {
                  Commit commit = CommitCodec.decode(HASH, ByteBuffer.wrap(bytes));
                  ByteBuffer again = CommitCodec.encode(commit);
                  // What a later version may add is passed over, and nothing else.
                  if (!again.equals(ByteBuffer.wrap(bytes)) && again.remaining() >= bytes.length) {
                    throw new AssertionError("a second encoding was accepted");
                  }
                },
                CorruptDataException.class,
                UnsupportedFormatException.class)
            .seeded(CommitCodec.encode(commit(List.of(), Map.of())))
            .seeded(CommitCodec.encode(commit(List.of(HASH, HASH), Map.of("a", "b", "é", ""))));
    assertThat(Fuzz.run(target)).containsKey("accepted").hasSizeGreaterThan(15);
  }

  private static ByteBuffer record(Optional<ContentHash> target, List<ContentHash> horizon) {
    return RefRecordCodec.encode(
        new RefRecord(
            RefName.branch("main"),
            3,
            HASH,
            RefRecord.Kind.SET,
            target,
            0,
            1,
            2,
            horizon,
            new Nonce(4, 5),
            "commit: x",
            "me",
            6,
            List.of(new RefRecord.Extension(9, ByteBuffer.wrap(new byte[] {7, 8})))));
  }

  @Test
  void refRecordsAreRefusedOrHaveOneEncoding() throws InterruptedException {
    FuzzTarget target =
        FuzzTarget.ofBytes(
                "ref record",
                bytes -> {
                  RefRecord record =
                      RefRecordCodec.decode(RefName.branch("main"), ByteBuffer.wrap(bytes));
                  if (!RefRecordCodec.encode(record).equals(ByteBuffer.wrap(bytes))) {
                    throw new AssertionError("a second encoding was accepted");
                  }
                },
                CorruptDataException.class,
                UnsupportedFormatException.class)
            .seeded(record(Optional.of(HASH), List.of()))
            .seeded(record(Optional.of(HASH), List.of(HASH, HASH)))
            .sealedBy(RecordFuzzTest::sealed);
    assertThat(Fuzz.run(target)).containsKey("accepted").hasSizeGreaterThan(10);
  }

  @Test
  void configurationsAreRefusedOrRead() throws InterruptedException {
    FuzzTarget target =
        FuzzTarget.ofBytes(
                "configuration",
                bytes -> RepositoryConfig.decode(ByteBuffer.wrap(bytes)),
                CorruptDataException.class,
                UnsupportedFormatException.class)
            .seeded(RepositoryConfig.of(HashAlgorithm.SHA256).encode())
            .seeded(RepositoryConfig.of(HashAlgorithm.BLAKE3).encode())
            .seeded(RepositoryConfig.of(HashAlgorithm.SHA256).withPacks().encode())
            .seeded(RepositoryConfig.of(HashAlgorithm.SHA256).withPacks().withDeltas().encode())
            .sealedBy(RecordFuzzTest::sealed);
    assertThat(Fuzz.run(target)).containsKey("accepted").hasSizeGreaterThan(8);
  }

  @Test
  void refNamesAreRefusedOrReadBackAsTheyWere() throws InterruptedException {
    FuzzTarget target =
        FuzzTarget.ofText(
                "ref name",
                text -> {
                  if (!RefName.parseFull(text).full().equals(text)) {
                    throw new AssertionError("a ref has another name");
                  }
                },
                InvalidNameException.class)
            .seeded("heads/main", "tags/v1.0", "pins/a/b", "heads/é")
            .speaking("heads/", "tags/", "/", ".", "..", ".lock", "@{", "~", "\0", "//", " ");
    assertThat(Fuzz.run(target)).containsKey("accepted");
  }

  @Test
  void hashesAreRefusedOrReadBackAsTheyWere() throws InterruptedException {
    FuzzTarget target =
        FuzzTarget.ofText(
                "hash",
                text -> {
                  if (!ContentHash.parse(text).toString().equalsIgnoreCase(text)) {
                    throw new AssertionError("a hash has another text");
                  }
                },
                InvalidNameException.class,
                IllegalArgumentException.class)
            .seeded(HASH.toString())
            .speaking("g", "F", "00");
    assertThat(Fuzz.run(target)).containsKey("accepted");
  }

  @Test
  void revisionsAreRefusedOrFound() throws InterruptedException {
    Repository repository =
        Repository.create(
            new MemoryBackend(),
            RepositoryConfig.of(HashAlgorithm.SHA256),
            Environment.system(),
            ConflictRule.SAME_KEY_ONLY);
    for (int i = 0; i < 3; i++) {
      try (Transaction edits = repository.begin("main")) {
        edits.put(Key.of("a"), ByteBuffer.wrap(new byte[] {(byte) i}));
        edits.commit(CommitInfo.of("edit"));
      }
    }
    FuzzTarget target =
        FuzzTarget.ofText(
                "revision",
                repository::resolve,
                InvalidNameException.class,
                NotFoundException.class)
            .seeded("main", "main~1", "main~~", "main@{2026-01-01}", "main@{2026-01-01T00:00Z}~1")
            .seeded(repository.resolve("main").toString())
            .speaking("~", "@{", "}", "main", "2026-01-01", "T", "Z", "+01:00", "-", "~99999999999")
            // Each '~' reads a commit.
            .allocating(8 << 10, 1 << 20);
    assertThat(Fuzz.run(target)).containsKey("accepted").hasSizeGreaterThan(8);
  }
}
