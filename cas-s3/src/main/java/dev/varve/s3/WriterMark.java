package dev.varve.s3;

import dev.varve.error.BackendException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The object by which one writer keeps others out, where the server cannot: {@code writers/<id>}.
 * Whoever wants to write puts a mark of his own and then lists all; if another's is there, he takes
 * his away and gives up. Of two at once both may give up, and never both go on, as long as a
 * listing shows every object whose writing was answered. Needs no condition. Thread-safe.
 *
 * <p>It binds only programs that keep to it. And a request of a writer that died may arrive after
 * the next one began: against that nothing helps but a server that keeps conditions.
 */
final class WriterMark implements AutoCloseable {
  private static final int MANY = 10;

  private final Bucket bucket;
  private final S3Layout layout;
  private final Attempts attempts;
  private boolean required;
  private boolean doubtful;
  private Optional<String> held = Optional.empty();

  WriterMark(Bucket bucket, S3Layout layout, Attempts attempts) {
    this.bucket = bucket;
    this.layout = layout;
    this.attempts = attempts;
  }

  /** From now on {@link #hold} puts a mark. */
  synchronized void require() {
    required = true;
  }

  synchronized boolean required() {
    return required;
  }

  /**
   * To be called before each write: returns where no other writer is at work, or none need be kept
   * out.
   *
   * @throws BackendException where another is at work, or the mark cannot be put
   */
  synchronized void hold() {
    if (!required || held.isPresent()) {
      return;
    }
    // A name that nobody else has, for the mark alone: it reaches no hash.
    String key = layout.writers() + UUID.randomUUID();
    byte[] words =
        (System.getProperty("user.name") + ", process " + ProcessHandle.current().pid())
            .getBytes(StandardCharsets.UTF_8);
    boolean alone = false;
    try {
      put(key, words);
      List<String> others =
          attempts
              .read(() -> bucket.list(layout.writers(), Optional.empty(), MANY, false))
              .objects()
              .stream()
              .map(Bucket.Listed::key)
              .filter(other -> !other.equals(key))
              .toList();
      if (!others.isEmpty()) {
        throw BackendException.permanent(
            "cannot write to "
                + bucket.location()
                + ": it is for one writer at a time, and another is at work ("
                + words(others.get(0))
                + "); wait for it, or, if it is known to have died, remove "
                + others.get(0)
                + " with 'varve doctor --break-writer'",
            null);
      }
      held = Optional.of(key);
      alone = true;
    } finally {
      if (!alone) {
        remove(key);
      }
    }
  }

  private void put(String key, byte[] words) {
    ConditionalWrite.Outcome outcome;
    try {
      outcome =
          new ConditionalWrite(attempts)
              .write(
                  () -> bucket.create(key, words),
                  () ->
                      bucket.length(key).isPresent()
                          ? ConditionalWrite.Look.OURS
                          : ConditionalWrite.Look.NOTHING);
    } catch (S3Failure refused) {
      throw refused.toStoreException();
    }
    if (outcome instanceof ConditionalWrite.Outcome.Unknown unknown) {
      throw unknown.why().toStoreException();
    }
  }

  private String words(String key) {
    return attempts
        .read(() -> bucket.get(key, 0, 200))
        .map(piece -> StandardCharsets.UTF_8.decode(piece.bytes()).toString())
        .orElse("which has just ended");
  }

  /** Takes marks of writers away that are known to have died, and says how many there were. */
  synchronized int breakAll() {
    List<Bucket.Listed> all =
        attempts.read(() -> bucket.list(layout.writers(), Optional.empty(), 1000, false)).objects();
    for (Bucket.Listed each : all) {
      attempts.read(
          () -> {
            bucket.delete(each.key());
            return each;
          });
    }
    return all.size();
  }

  private void remove(String key) {
    try {
      attempts.repeat(
          () -> {
            bucket.delete(key);
            return key;
          });
    } catch (S3Failure stays) {
      // It keeps writers out until somebody removes it, which is the safe side; they are told how.
      return;
    }
  }

  /**
   * Something was sent, and nobody knows whether it will arrive: the mark stays from now on, since
   * what comes late could overwrite what the next writer wrote.
   */
  synchronized void doubt() {
    doubtful = true;
  }

  /** Lets the next writer in, unless there is doubt. */
  @Override
  public synchronized void close() {
    if (!doubtful) {
      held.ifPresent(this::remove);
    }
    held = Optional.empty();
  }
}
