package dev.varve.lmdb;

import dev.varve.blob.BlobStore;
import dev.varve.blob.ScannableBlobs;
import dev.varve.error.BackendException;
import dev.varve.error.UnknownOutcomeException;
import dev.varve.ref.CheckableBackend;
import dev.varve.ref.RefStore;
import dev.varve.ref.RepairableBackend;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A repository in a directory of a local disk. Thread-safe, and safe between processes on one
 * machine; opening the same directory several times in one process is fine.
 *
 * <p>{@link #blobs()} is also a {@link ScannableBlobs}. Where the disk or the rights allow no
 * writing, the repository opens for reading alone: then every write throws a {@link
 * BackendException}. Memory: up to 96 MiB of values for each writer, and 64 MiB for the one write
 * transaction that runs; reading holds nothing. The native library is loaded at first use; no JVM
 * flag is needed.
 */
public final class LmdbBackend implements CheckableBackend, RepairableBackend {
  /** The largest configuration, in bytes. */
  private static final int MAX_CONFIG = 1 << 16;

  private final Path given;
  private final OpenStore store;
  private final AtomicBoolean closed = new AtomicBoolean();

  private LmdbBackend(Path given, OpenStore store) {
    this.given = given;
    this.store = store;
  }

  /**
   * Makes a repository in a directory that is empty or does not exist yet, with its parents; opens
   * it where there is one already, which {@link #createConfig} then tells.
   *
   * @throws BackendException where the directory holds anything else, or cannot be written
   */
  public static LmdbBackend create(Path directory) {
    return create(directory, LmdbSettings.standard());
  }

  /**
   * As {@link #create}, but with all values up to 8 MiB in LMDB's one file, and each by itself: for
   * a cache, whose room is that of the file.
   */
  public static LmdbBackend createWithoutPacks(Path directory) {
    return create(directory, LmdbSettings.standard().withPacks(false).withDeltas(false));
  }

  static LmdbBackend create(Path directory, LmdbSettings settings) {
    Path real = RepositoryDirectory.prepare(directory, settings);
    return new LmdbBackend(directory, OpenStore.of(real, settings, true));
  }

  /**
   * What {@link #create} would find in a directory, which it leaves as it is.
   *
   * @return the configuration of the repository that is there
   * @throws BackendException where it holds anything else
   */
  public static Optional<ByteBuffer> configIn(Path directory) {
    if (!RepositoryDirectory.prepared(directory, LmdbSettings.standard())) {
      return Optional.empty();
    }
    try (LmdbBackend there = open(directory)) {
      return there.config();
    }
  }

  /**
   * Opens the repository in a directory.
   *
   * @throws dev.varve.error.NotFoundException where there is none
   * @throws dev.varve.error.CorruptDataException where its file is damaged at the root
   * @throws BackendException where it cannot be read, or lies on a network file system
   */
  public static LmdbBackend open(Path directory) {
    return open(directory, LmdbSettings.standard());
  }

  static LmdbBackend open(Path directory, LmdbSettings settings) {
    Path real = RepositoryDirectory.find(directory, settings);
    return new LmdbBackend(directory, OpenStore.of(real, settings, false));
  }

  /**
   * What a rebuild came to. Immutable.
   *
   * @param kept where the damaged file is now
   * @param blobs how many rows of blobs were proved and copied
   * @param records how many rows of ref records were
   * @param allRefs whether the newest record of every ref is among them for sure
   */
  public record Rebuilt(Path kept, long blobs, long records, boolean allRefs) {}

  /**
   * Makes a new file of whatever can be proved in one that is damaged in its structure, so that the
   * repository opens again. The damaged file is kept aside as it is; large values are files of
   * their own and stay where they are. Blobs are proved by their hash, records by their digest;
   * blobs that are damaged themselves are copied as they are. Stopped anywhere, the old file is in
   * its place, or the new one. Memory: 32 MiB of rows, a number for each page of the trees, and one
   * a ref.
   *
   * @throws dev.varve.error.NotFoundException where there is no repository
   * @throws BackendException where anybody has it open, or where it cannot be written
   */
  public static Rebuilt rebuild(Path directory) {
    LmdbSettings settings = LmdbSettings.standard();
    return Rebuild.run(RepositoryDirectory.find(directory, settings), settings);
  }

  @Override
  public BlobStore blobs() {
    checkOpen();
    return store.blobs();
  }

  @Override
  public RefStore refs() {
    checkOpen();
    return store.refs();
  }

  @Override
  public Optional<ByteBuffer> config() {
    checkOpen();
    byte[] bytes =
        store
            .environment()
            .read(
                () -> "read the configuration",
                txn -> txn.get(Table.CONFIG, LmdbLayout.configKey(), MAX_CONFIG));
    return bytes == null
        ? Optional.empty()
        : Optional.of(ByteBuffer.wrap(bytes).asReadOnlyBuffer());
  }

  @Override
  public boolean createConfig(ByteBuffer bytes) {
    checkOpen();
    if (bytes.remaining() > MAX_CONFIG) {
      throw new IllegalArgumentException(
          "a configuration of " + bytes.remaining() + " bytes; at most " + MAX_CONFIG);
    }
    return store.queue().submit(new CreateConfig(bytes.slice()));
  }

  @Override
  public Optional<String> replaceConfig(ByteBuffer bytes) {
    checkOpen();
    byte[] old =
        store
            .environment()
            .read(
                () -> "read the configuration",
                txn -> txn.get(Table.CONFIG, LmdbLayout.configKey(), 0L, MAX_CONFIG));
    Optional<String> place =
        Optional.ofNullable(old)
            .map(ByteBuffer::wrap)
            .filter(found -> !found.equals(bytes))
            .map(
                found ->
                    new AsideFiles(store.environment().directory())
                        .keep("config", found)
                        .toString());
    store.queue().submit(new CreateConfig(bytes.slice(), CreateConfig.Over.ANYTHING));
    return place;
  }

  /**
   * Looks at every page of the environment, as LMDB itself does not: damage there hides blobs or,
   * at worst, ends the process that reads them. (A part of this is done at each opening.) Values
   * are not looked at; their hashes tell. Reading and writing go on meanwhile; pages freed by
   * writers are not used again before the end.
   *
   * @throws dev.varve.error.CorruptDataException where a page is damaged
   */
  @Override
  public void checkStructure() {
    checkOpen();
    store.environment().check(StructureCheck.Extent.FULL);
  }

  /** Whether the disk or the rights allow reading alone. */
  public boolean readOnly() {
    return store.environment().readOnly();
  }

  @Override
  public boolean keepsPacks() {
    return store.blobs().keepsPacks();
  }

  @Override
  public boolean keepsDeltas() {
    return store.blobs().keepsDeltas();
  }

  /** LMDB orders the writers of all processes. */
  @Override
  public void requireSoleWriter() {}

  @Override
  public boolean local() {
    return store.local();
  }

  @Override
  public String location() {
    return given.toString();
  }

  OpenStore store() {
    return store;
  }

  private void checkOpen() {
    if (closed.get()) {
      throw BackendException.permanent(
          "the repository " + given + " is closed; open it again", null);
    }
  }

  /**
   * Waits for the write that runs; those that still wait for their turn are refused, unless another
   * backend in this process has the same directory open.
   */
  @Override
  public void close() {
    if (!closed.getAndSet(true)) {
      store.release();
    }
  }

  static final class CreateConfig extends WriteRequest<Boolean> {
    private final ByteBuffer bytes;
    private final Over over;

    /** What may be there already. */
    enum Over {
      NOTHING,
      ANYTHING
    }

    CreateConfig(ByteBuffer bytes) {
      this(bytes, Over.NOTHING);
    }

    CreateConfig(ByteBuffer bytes, Over over) {
      super("write the configuration");
      this.bytes = bytes;
      this.over = over;
    }

    @Override
    long bytes() {
      return bytes.remaining();
    }

    @Override
    protected Boolean apply(TableTxn txn) {
      if (over == Over.NOTHING && txn.length(Table.CONFIG, LmdbLayout.configKey()) >= 0) {
        return false;
      }
      txn.put(Table.CONFIG, LmdbLayout.configKey(), bytes);
      return true;
    }

    @Override
    protected Boolean unknown(Boolean written, LmdbOutage why) {
      if (!written) {
        return false;
      }
      throw new UnknownOutcomeException(
          why.message()
              + "; whether the configuration was written shows when the repository is opened again",
          why.cause());
    }
  }
}
