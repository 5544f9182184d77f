package dev.varve.testkit;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/**
 * Feeds a decoder with changed inputs, and fails where it does anything but return or refuse in
 * time and within its bound of memory. One thread, beside the one that decodes.
 *
 * <p>Guided by what the decoder answers: an input that is refused by other lines than all before is
 * kept and changed further, so inputs work their way behind one check after another. {@code
 * -Dseed=N} repeats a run; {@code -Dvarve.long=true} makes it long.
 *
 * <p>First come the inputs of the target's {@link FuzzCorpus}, which must be accepted or refused as
 * they were when they were kept, and changes of each of them and of the seeds at every place in
 * turn. {@code -Dvarve.fuzz.keep=FOLDER} writes the shortest input that was found for each kind of
 * answer, as such a corpus.
 */
public final class Fuzz {
  private static final String ACCEPTED = "accepted";
  private static final int SHORT = 20_000;
  private static final int LONG = 5_000_000;
  private static final int MAX_POOL = 4096;
  private static final int MAX_INPUT = 1 << 16;

  /** An input that takes longer hangs: all of them together take seconds. */
  private static final int HUNG_SECONDS = 60;

  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final FuzzTarget target;
  private final long seed;
  private final Map<String, Integer> answers = new HashMap<>();
  private final List<byte[]> pool = new ArrayList<>();

  /** The shortest input of each kind of answer. */
  private final Map<String, byte[]> shortest = new TreeMap<>();

  private Fuzz(FuzzTarget target, long seed) {
    this.target = target;
    this.seed = seed;
  }

  /**
   * Runs a target for as long as it is meant to.
   *
   * @return how many inputs each kind of answer was given to
   */
  public static Map<String, Integer> run(FuzzTarget target) throws InterruptedException {
    return run(target, 1);
  }

  /** The same with fewer inputs, where one costs as much as so many usual ones. */
  public static Map<String, Integer> run(FuzzTarget target, int cost) throws InterruptedException {
    Fuzz fuzz = new Fuzz(target, Long.getLong("seed", 1));
    return fuzz.watched((Boolean.getBoolean("varve.long") ? LONG : SHORT) / cost);
  }

  /** Tries one input; what is wrong about it is thrown. */
  public static void once(FuzzTarget target, byte[] input) {
    new Fuzz(target, 0).answer(input);
  }

  private Map<String, Integer> watched(int inputs) throws InterruptedException {
    AtomicReference<byte[]> current = new AtomicReference<>(new byte[0]);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread worker =
        new Thread(
            () -> {
              try {
                all(inputs, current);
              } catch (Throwable failed) {
                failure.set(failed);
              }
            },
            "fuzz-" + target.name());
    worker.setDaemon(true);
    worker.start();
    byte[] before = null;
    while (worker.isAlive()) {
      worker.join(HUNG_SECONDS * 1000L);
      byte[] now = current.get();
      if (worker.isAlive() && now == before) {
        StringBuilder stack = new StringBuilder();
        for (StackTraceElement each : worker.getStackTrace()) {
          stack.append("\n  ").append(each);
        }
        throw new AssertionError(told("hangs at" + stack, now));
      }
      before = now;
    }
    if (failure.get() != null) {
      byte[] least = shrink(current.get());
      throw new AssertionError(told("fails: " + failure.get(), least), failure.get());
    }
    FuzzCorpus.keep(target.name(), shortest);
    System.out.println(
        "fuzz: "
            + target.name()
            + ", seed "
            + seed
            + ", "
            + inputs
            + " inputs, "
            + answers.size()
            + " kinds of answers");
    return answers;
  }

  private String told(String what, byte[] input) {
    String hex = HexFormat.of().formatHex(input);
    return target.name()
        + " "
        + what
        + "\nseed "
        + seed
        + ", input of "
        + input.length
        + " bytes: "
        + (hex.length() > 4000 ? hex.substring(0, 4000) + "..." : hex);
  }

  private void all(int inputs, AtomicReference<byte[]> current) {
    Random random = new Random(seed * 0x9E3779B97F4A7C15L);
    Mutation mutation = new Mutation(random, target.words());
    List<byte[]> first = new ArrayList<>(target.seeds());
    for (FuzzCorpus.Input each : FuzzCorpus.of(target.name())) {
      current.set(each.bytes());
      String answer = answer(each.bytes());
      if (answer.equals(ACCEPTED) != each.accepted()) {
        throw new AssertionError(each.name() + " of the corpus is answered with " + answer);
      }
      first.add(each.bytes());
      pool.add(each.bytes());
    }
    for (byte[] each : first) {
      current.set(each);
      keep(each, answer(each));
    }
    int systematic = 0;
    for (byte[] each : first) {
      for (byte[] changed : (Iterable<byte[]>) () -> Mutation.everywhere(each)) {
        if (systematic++ < inputs) {
          for (byte[] input : List.of(changed, target.seal().apply(changed))) {
            current.set(input);
            keep(input, answer(input));
          }
        }
      }
    }
    if (pool.isEmpty()) {
      pool.add(new byte[0]);
    }
    for (int i = 0; i < inputs; i++) {
      byte[] one = pool.get(random.nextInt(pool.size()));
      byte[] other = pool.get(random.nextInt(pool.size()));
      byte[] changed = mutation.of(one, other);
      if (changed.length > MAX_INPUT) {
        continue;
      }
      byte[] input = random.nextBoolean() ? target.seal().apply(changed) : changed;
      current.set(input);
      keep(input, answer(input));
    }
  }

  private void keep(byte[] input, String answer) {
    shortest.merge(answer, input, (old, next) -> next.length < old.length ? next : old);
    if (answers.merge(answer, 1, Integer::sum) == 1 && pool.size() < MAX_POOL) {
      pool.add(input);
    }
  }

  /** The kind of answer to an input. */
  private String answer(byte[] input) {
    long bound = target.bytesAnyhow() + target.bytesEach() * input.length;
    long before = allocated();
    String answer = decode(input);
    if (allocated() - before > bound) {
      // The first time a class is loaded or a text is joined, the JVM allocates for itself.
      before = allocated();
      decode(input);
      long again = allocated() - before;
      if (again > bound) {
        throw new AssertionError(
            again + " bytes were allocated for an input of " + input.length + ", not " + bound);
      }
    }
    return answer;
  }

  private static long allocated() {
    return THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  private String decode(byte[] input) {
    try {
      target.decode().accept(input.clone());
      return ACCEPTED;
    } catch (Throwable thrown) {
      if (target.refusals().stream().noneMatch(each -> each.isInstance(thrown))) {
        throw thrown;
      }
      return form(thrown);
    }
  }

  /** What was thrown first, and by which lines. */
  private static String form(Throwable thrown) {
    Throwable first = thrown;
    while (first.getCause() != null) {
      first = first.getCause();
    }
    StringBuilder form = new StringBuilder(first.getClass().getSimpleName());
    Stream.of(first.getStackTrace())
        .filter(frame -> frame.getClassName().startsWith("dev.varve."))
        .filter(frame -> !frame.getClassName().startsWith("dev.varve.testkit."))
        .limit(4)
        .forEach(
            frame ->
                form.append(' ')
                    .append(frame.getFileName())
                    .append(':')
                    .append(frame.getLineNumber()));
    // Some decoders answer with words; what they quote begins with something else than a letter.
    // Hashes and magic numbers differ for each input and tell nothing.
    String words =
        String.valueOf(first.getMessage())
            .replaceAll("[0-9a-f]{6,}", "")
            .replaceFirst("(?s)[^a-zA-Z_ ].*", "");
    return form.append(' ').append(words, 0, Math.min(60, words.length())).toString();
  }

  /** A shorter input that fails too. */
  private byte[] shrink(byte[] failing) {
    byte[] least = failing;
    for (int size = Math.max(1, least.length / 2); size >= 1; size /= 2) {
      for (int at = 0; at + size <= least.length; ) {
        byte[] shorter = Mutation.cut(least, at, size);
        if (fails(shorter)) {
          least = shorter;
        } else {
          at += size;
        }
      }
    }
    return least;
  }

  private boolean fails(byte[] input) {
    try {
      answer(input);
      return false;
    } catch (Throwable failed) {
      return true;
    }
  }
}
