package dev.varve.s3;

import dev.varve.error.BackendException;
import dev.varve.error.UnknownOutcomeException;
import dev.varve.ref.Backend;
import dev.varve.testkit.Threads;
import dev.varve.tree.Key;
import dev.varve.version.CommitInfo;
import dev.varve.version.CommitOutcome;
import dev.varve.version.ConflictRule;
import dev.varve.version.Environment;
import dev.varve.version.Repository;
import dev.varve.version.Transaction;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Commits to one branch again and again, each time a key of its own, and says so: a line {@code who
 * number commit} once it was acknowledged. One thread; or, by {@link #main}, a process with some of
 * them.
 */
final class Writer {
  static final String BRANCH = "main";

  private final Repository repository;
  private final String who;
  private final Consumer<String> said;

  Writer(Repository repository, String who, Consumer<String> said) {
    this.repository = repository;
    this.who = who;
    this.said = said;
  }

  static Repository open(Backend backend) {
    return Repository.open(backend, Environment.system(), ConflictRule.SAME_KEY_ONLY);
  }

  static Key key(String who, int number) {
    return Key.of("writers/" + who + "/c/" + number);
  }

  static ByteBuffer value(String who, int number) {
    return ByteBuffer.wrap((who + " wrote " + number).getBytes(StandardCharsets.UTF_8));
  }

  /** Makes so many commits; those whose outcome stays unknown are made, or not, and not said. */
  void make(int commits) {
    for (int number = 1; number <= commits; number++) {
      for (int attempt = 1; !made(number, attempt); attempt++) {
        // What failed for a reason that passes changed nothing, and is done again.
      }
    }
  }

  private boolean made(int number, int attempt) {
    try (Transaction transaction = repository.begin(BRANCH)) {
      transaction.put(key(who, number), value(who, number));
      CommitOutcome outcome = transaction.commit(CommitInfo.of(who + " " + number));
      if (!(outcome instanceof CommitOutcome.Committed done)) {
        throw new IllegalStateException(who + " " + number + ": " + outcome);
      }
      said.accept(who + " " + number + " " + done.id());
      return true;
    } catch (UnknownOutcomeException perhaps) {
      return true;
    } catch (BackendException failed) {
      if (!failed.retryable() || attempt > 20) {
        throw failed;
      }
      return false;
    }
  }

  /** Arguments: endpoint, access key, secret key, bucket, name, threads, commits. */
  public static void main(String[] args) throws InterruptedException {
    TestServer server = new TestServer(URI.create(args[0]), args[1], args[2]);
    int commits = Integer.parseInt(args[6]);
    try (Repository repository =
        open(server.open(args[3], ServerFactory.settings(args[4].hashCode())))) {
      Threads.together(
          Integer.parseInt(args[5]),
          index -> {
            new Writer(repository, args[4] + "." + index, Writer::print).make(commits);
            return index;
          });
    }
  }

  private static void print(String line) {
    synchronized (System.out) {
      System.out.println(line);
      System.out.flush();
    }
  }
}
