package dev.varve.s3;

import dev.varve.blob.BlobStore;
import dev.varve.error.NotFoundException;
import dev.varve.error.UnknownOutcomeException;
import dev.varve.hash.HashAlgorithm;
import dev.varve.ref.RefStore;
import dev.varve.ref.RepairableBackend;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/**
 * Blobs and refs under a prefix of an S3 bucket. Thread-safe, and safe between processes and
 * machines on every server that keeps {@code If-None-Match: *}; those that ignore it in silence
 * must not be used.
 *
 * <p>Holds the threads and the memory of its {@link S3Settings}. What it writes is create-only;
 * nothing is removed, and nothing overwritten but damage, by repairs.
 */
public final class S3Backend implements RepairableBackend {
  /** More than any configuration has, in bytes. */
  private static final int MAX_CONFIG = 1 << 20;

  private final Bucket bucket;
  private final S3Layout layout;
  private final Attempts attempts;
  private final Workers workers;
  private final WriterMark mark;
  private final S3BlobStore blobs;
  private final S3RefStore refs;
  private volatile @Nullable ByteBuffer config;

  S3Backend(Bucket bucket, S3Layout layout, S3Settings settings) {
    this.bucket = bucket;
    this.layout = layout;
    this.attempts = settings.patience();
    this.workers = new Workers(settings, bucket.location());
    this.mark = new WriterMark(bucket, layout, attempts);
    this.blobs = new S3BlobStore(bucket, layout, workers, attempts, mark);
    this.refs = new S3RefStore(bucket, layout, workers, attempts, mark);
  }

  /**
   * What is at a location, be it empty. Sends nothing yet: the first request finds what is wrong
   * with the bucket or the credentials.
   */
  public static S3Backend create(S3Location location, S3Settings settings) {
    return create(location, settings, RenewedCredentials.ofEnvironment());
  }

  /**
   * As {@link #create(S3Location, S3Settings)}, with credentials that are not the environment's.
   */
  public static S3Backend create(
      S3Location location, S3Settings settings, AwsCredentialsProvider credentials) {
    // The callers' threads make requests beside the workers.
    Bucket bucket = new AwsBucket(location, credentials, settings.requests() * 2);
    return new S3Backend(bucket, new S3Layout(location.prefix()), settings);
  }

  /**
   * The repository at a location.
   *
   * @throws NotFoundException where no configuration is stored
   */
  public static S3Backend open(S3Location location, S3Settings settings) {
    return open(location, settings, RenewedCredentials.ofEnvironment());
  }

  /** As {@link #open(S3Location, S3Settings)}, with credentials that are not the environment's. */
  public static S3Backend open(
      S3Location location, S3Settings settings, AwsCredentialsProvider credentials) {
    S3Backend backend = create(location, settings, credentials);
    boolean found = false;
    try {
      found = backend.config().isPresent();
    } finally {
      if (!found) {
        backend.close();
      }
    }
    if (!found) {
      throw new NotFoundException("no repository at " + location + "; 'varve init' makes one");
    }
    return backend;
  }

  @Override
  public BlobStore blobs() {
    return blobs;
  }

  @Override
  public RefStore refs() {
    return refs;
  }

  /** {@inheritDoc} It is written once, so it is read once, unless it was repaired. */
  @Override
  public Optional<ByteBuffer> config() {
    ByteBuffer known = config;
    if (known == null) {
      Optional<ByteBuffer> found =
          attempts.read(() -> bucket.get(layout.config(), 0, MAX_CONFIG)).map(Bucket.Piece::bytes);
      if (found.isEmpty()) {
        return found;
      }
      known = found.get();
      config = known;
    }
    return Optional.of(known.duplicate());
  }

  /**
   * {@inheritDoc}
   *
   * @throws UnknownOutcomeException where no attempt was answered clearly
   */
  @Override
  public boolean createConfig(ByteBuffer bytes) {
    if (config().isPresent()) {
      return false;
    }
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    ConditionalWrite.Outcome outcome;
    try {
      outcome =
          new ConditionalWrite(attempts)
              .write(() -> bucket.create(layout.config(), copy), () -> look(copy));
    } catch (S3Failure refused) {
      throw refused.toStoreException();
    }
    if (outcome instanceof ConditionalWrite.Outcome.Unknown unknown) {
      throw new UnknownOutcomeException(
          unknown.why().getMessage()
              + "; whether a repository was made at "
              + location()
              + " shows when it is opened",
          unknown.why());
    }
    return outcome instanceof ConditionalWrite.Outcome.Ours;
  }

  @Override
  public Optional<String> replaceConfig(ByteBuffer bytes) {
    mark.hold();
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    Optional<String> kept =
        config()
            .map(old -> new AsideObjects(bucket, layout, workers, attempts).keep("config", old));
    attempts.read(
        () -> {
          bucket.replace(layout.config(), copy);
          return true;
        });
    config = null;
    return kept;
  }

  private ConditionalWrite.Look look(byte[] ours) {
    return bucket
        .get(layout.config(), 0, MAX_CONFIG)
        .map(
            found ->
                found.bytes().equals(ByteBuffer.wrap(ours))
                    ? ConditionalWrite.Look.OURS
                    : ConditionalWrite.Look.THEIRS)
        .orElse(ConditionalWrite.Look.NOTHING);
  }

  /** {@inheritDoc} Names that are SHA-256 are what S3 compares with the bytes. */
  @Override
  public void namedBy(HashAlgorithm algorithm) {
    blobs.namedBy(algorithm);
  }

  /**
   * {@inheritDoc}
   *
   * <p>By an object below {@code writers/}, which is removed when this is closed. A process that
   * was killed leaves it, and keeps all others out until {@link #breakWriters}.
   */
  @Override
  public void requireSoleWriter() {
    mark.require();
  }

  /**
   * Lets others write in spite of writers that never said that they ended. To be called only where
   * it is known that they have.
   *
   * @return how many there were
   */
  public int breakWriters() {
    return mark.breakAll();
  }

  @Override
  public String location() {
    return bucket.location();
  }

  @Override
  public void close() {
    mark.close();
    workers.close();
    bucket.close();
  }
}
