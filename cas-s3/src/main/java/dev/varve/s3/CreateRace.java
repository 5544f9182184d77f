package dev.varve.s3;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Many writers create one object at once, again and again: exactly one may be told that it did, and
 * its bytes must be there. In some rounds all bodies stop halfway until every writer is there, so
 * that a server which looks for the object before it has read the body lets all of them win.
 *
 * @param probe the server
 * @param attempts for reading back
 * @param folder where the objects go; ends with '/'
 * @param created is told every key before it is written
 */
record CreateRace(Probe probe, Attempts attempts, String folder, Consumer<String> created) {
  private static final int SMALL = 512;

  /** More than clients and servers keep back before they send, or read, a first part. */
  private static final int LARGE = 64 << 10;

  private static final long TOGETHER_MILLIS = 3_000;

  /** For the first halves to arrive, and the server to look. */
  private static final long ARRIVAL_MILLIS = 100;

  /**
   * Races.
   *
   * @param racers at least 2
   * @param slow rounds with bodies that stop halfway
   * @param quick rounds with small bodies
   * @throws S3Failure where requests are refused, not merely lost
   */
  RaceReport run(int racers, int slow, int quick) {
    Optional<String> alone = alone();
    if (alone.isPresent()) {
      return new RaceReport(0, racers, 0, alone);
    }
    ExecutorService threads = Executors.newFixedThreadPool(racers);
    try {
      int wrong = 0;
      boolean decided = false;
      String first = null;
      for (int round = 0; round < slow + quick; round++) {
        Round ran = round(threads, racers, round, round < slow);
        decided |= ran.decided;
        if (ran.fault.isPresent()) {
          wrong++;
          first = first == null ? ran.fault.get() : first;
        }
      }
      if (first == null && !decided) {
        // Many who all were told nothing prove nothing.
        first = "gave no clear answer to any writer in any race; try again when it is less busy";
      }
      return new RaceReport(slow + quick, racers, wrong, Optional.ofNullable(first));
    } finally {
      threads.shutdownNow();
    }
  }

  /** The same without a race: a second writer, with all the time there is. */
  private Optional<String> alone() {
    String key = folder + "twice";
    created.accept(key);
    byte[] first = body(0, SMALL);
    ConditionalWrite.Outcome outcome =
        new ConditionalWrite(attempts)
            .write(
                () -> probe.bucket().create(key, first),
                () ->
                    owner(key)
                        .map(
                            racer ->
                                racer == 0
                                    ? ConditionalWrite.Look.OURS
                                    : ConditionalWrite.Look.THEIRS)
                        .orElse(ConditionalWrite.Look.NOTHING));
    if (outcome instanceof ConditionalWrite.Outcome.Unknown unknown) {
      throw unknown.why();
    }
    if (create(() -> probe.bucket().create(key, body(1, SMALL))) == Told.DONE) {
      return Optional.of("created an object again that was there: it ignores If-None-Match");
    }
    return owner(key).equals(Optional.of(0))
        ? Optional.empty()
        : Optional.of("refused to create an object again, and overwrote it");
  }

  /**
   * What one race showed.
   *
   * @param decided whether one writer was told that it won
   */
  private record Round(Optional<String> fault, boolean decided) {}

  private Round round(ExecutorService threads, int racers, int round, boolean slow) {
    String key = folder + "race-" + round;
    created.accept(key);
    CyclicBarrier together = new CyclicBarrier(racers);
    List<Future<Told>> running = new ArrayList<>();
    for (int racer = 0; racer < racers; racer++) {
      byte[] bytes = body(racer, slow ? LARGE : SMALL);
      running.add(
          threads.submit(
              () -> {
                await(together);
                return create(
                    slow
                        ? () -> probe.createSlowly(key, bytes, () -> halfway(together))
                        : () -> probe.bucket().create(key, bytes));
              }));
    }
    List<Integer> winners = new ArrayList<>();
    boolean doubt = false;
    for (int racer = 0; racer < racers; racer++) {
      Told told = result(running.get(racer));
      doubt |= told == Told.UNKNOWN;
      if (told == Told.DONE) {
        winners.add(racer);
      }
    }
    return new Round(fault(winners, racers, doubt, owner(key)), winners.size() == 1);
  }

  private static Optional<String> fault(
      List<Integer> winners, int racers, boolean doubt, Optional<Integer> owner) {
    if (winners.size() > 1) {
      return Optional.of("told " + winners.size() + " of " + racers + " writers that they won");
    }
    if (winners.size() == 1 && !owner.equals(Optional.of(winners.get(0)))) {
      return Optional.of("told one writer that it won, and stored what another sent");
    }
    return winners.isEmpty() && !doubt && owner.isEmpty()
        ? Optional.of("told all " + racers + " writers that they lost")
        : Optional.empty();
  }

  private enum Told {
    DONE,
    REFUSED,
    UNKNOWN
  }

  private static Told create(Runnable request) {
    try {
      request.run();
      return Told.DONE;
    } catch (S3Failure failed) {
      return switch (failed.kind()) {
        case TAKEN -> Told.REFUSED;
        case CONTENDED, BUSY, UNANSWERED -> Told.UNKNOWN;
        case GONE, REFUSED -> throw failed;
      };
    }
  }

  private static Told result(Future<Told> racer) {
    try {
      return racer.get();
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof RuntimeException known) {
        throw known;
      }
      throw new IllegalStateException(failed.getCause());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new S3Failure(S3Failure.Kind.REFUSED, "the race was interrupted", interrupted);
    }
  }

  /**
   * A server that takes one request after the other keeps some away; then nobody waits any more.
   */
  private static void await(CyclicBarrier together) {
    try {
      together.await(TOGETHER_MILLIS, TimeUnit.MILLISECONDS);
    } catch (BrokenBarrierException | TimeoutException withoutTheOthers) {
      // The race goes on, only less close.
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void halfway(CyclicBarrier together) {
    await(together);
    try {
      Thread.sleep(ARRIVAL_MILLIS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static byte[] body(int racer, int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) racer);
    ByteBuffer.wrap(bytes).putInt(racer);
    return bytes;
  }

  /** Whose bytes are there, whole; -1 for a mixture. */
  private Optional<Integer> owner(String key) {
    return attempts
        .repeat(() -> probe.bucket().get(key, 0, LARGE + 1))
        .map(
            piece -> {
              int racer = piece.bytes().remaining() < 4 ? -1 : piece.bytes().getInt(0);
              byte[] expected = body(racer, piece.bytes().remaining());
              return piece.bytes().equals(ByteBuffer.wrap(expected)) ? racer : -1;
            });
  }
}
