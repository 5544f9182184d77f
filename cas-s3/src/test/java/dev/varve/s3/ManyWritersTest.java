package dev.varve.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.check.CheckScope;
import dev.varve.check.Finding;
import dev.varve.check.RepositoryCheck;
import dev.varve.hash.HashAlgorithm;
import dev.varve.testkit.Threads;
import dev.varve.testkit.proxy.Fate;
import dev.varve.testkit.proxy.FaultPlan;
import dev.varve.testkit.proxy.FaultProxy;
import dev.varve.version.CommitInfo;
import dev.varve.version.ConflictRule;
import dev.varve.version.Environment;
import dev.varve.version.Logged;
import dev.varve.version.Repository;
import dev.varve.version.RepositoryConfig;
import dev.varve.version.Snapshot;
import dev.varve.version.Transaction;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Threads and processes commit to one branch while every tenth request goes wrong: whatever was
 * acknowledged is in history and in the newest state, once, and all of it verifies. With {@code
 * -Dvarve.long=true} 32 writers x 50 commits; on a server that is given, {@link
 * TestServer#isGiven}, 32 writers x 6.
 */
class ManyWritersTest {
  private static final boolean LONG = Boolean.getBoolean("varve.long");
  private static final boolean MANY = LONG || TestServer.isGiven();
  private static final int COMMITS = LONG ? 50 : MANY ? 6 : 4;
  private static final int THREADS = MANY ? 8 : 2;
  private static final int PROCESSES = MANY ? 8 : 2;
  private static final int THREADS_EACH = MANY ? 3 : 2;
  private static final long SEED = Long.getLong("varve.seed", 20261121);

  private final TestServer server = TestServer.shared();
  private final String bucket = server.bucket();
  private final FaultProxy proxy =
      FaultProxy.before(
          server.endpoint(),
          FaultPlan.seeded(SEED, 10, EnumSet.complementOf(EnumSet.of(Fate.PASS))));
  private final TestServer faulty = server.behind(proxy.endpoint());
  private final ConcurrentLinkedQueue<String> acknowledged = new ConcurrentLinkedQueue<>();

  @BeforeEach
  void create() {
    try (Repository repository =
        Repository.create(
            server.open(bucket, ServerFactory.settings(1)),
            RepositoryConfig.of(HashAlgorithm.SHA256),
            Environment.system(),
            ConflictRule.SAME_KEY_ONLY)) {
      try (Transaction first = repository.begin(Writer.BRANCH)) {
        first.put(Writer.key("nobody", 0), ByteBuffer.allocate(1));
        first.commit(CommitInfo.of("first"));
      }
    }
  }

  @AfterEach
  void close() {
    proxy.close();
  }

  private void threads() throws InterruptedException {
    try (Repository repository = Writer.open(faulty.open(bucket, ServerFactory.settings(SEED)))) {
      Threads.together(
          THREADS,
          index -> {
            new Writer(repository, "thread." + index, acknowledged::add).make(COMMITS);
            return index;
          });
    }
  }

  /** Reads what a process says to its end, or kills it when it has said so many lines. */
  private void process(int index, int killAfter) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Writer.class.getName(),
                faulty.endpoint().toString(),
                faulty.accessKey(),
                faulty.secretKey(),
                bucket,
                "process-" + index,
                Integer.toString(THREADS_EACH),
                Integer.toString(COMMITS))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    int lines = 0;
    try (BufferedReader said =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = said.readLine(); line != null; line = said.readLine()) {
        // A killed process may leave half a line.
        if (line.split(" ").length == 3 && line.length() > 64) {
          acknowledged.add(line);
        }
        if (++lines == killAfter) {
          process.toHandle().destroyForcibly();
        }
      }
    }
    int code = process.waitFor();
    assertThat(code == 0).as("process %s ended with %s", index, code).isEqualTo(killAfter < 0);
  }

  @Test
  void acknowledgedCommitsOfThreadsAndProcessesAreInHistory() throws Exception {
    Threads.together(
        1 + PROCESSES,
        index -> {
          if (index == 0) {
            threads();
          } else {
            process(index, -1);
          }
          return index;
        });

    assertThat(requireAll()).isGreaterThanOrEqualTo(commits() * 9 / 10);
  }

  @Test
  void acknowledgedCommitsAreInHistoryThoughHalfOfTheProcessesAreKilled() throws Exception {
    SplittableRandom random = new SplittableRandom(SEED);
    List<Integer> killAfter =
        random.ints(PROCESSES, 1, Math.max(2, THREADS_EACH * COMMITS * 3 / 4)).boxed().toList();
    Threads.together(
        1 + PROCESSES,
        index -> {
          if (index == 0) {
            threads();
          } else {
            process(index, index % 2 == 0 ? killAfter.get(index - 1) : -1);
          }
          return index;
        });

    assertThat(requireAll()).isGreaterThan(commits() / 3).isLessThan(commits() + 1);
  }

  private static int commits() {
    return (THREADS + PROCESSES * THREADS_EACH) * COMMITS;
  }

  /** Looks past the proxy, when all that was late has arrived. Gives the acknowledged commits. */
  private int requireAll() {
    proxy.follow(FaultPlan.NONE);
    proxy.release();
    try (Repository repository = Writer.open(server.open(bucket, ServerFactory.settings(2)))) {
      Snapshot head = repository.snapshot(Writer.BRANCH);
      Set<String> history = new HashSet<>();
      Iterator<Logged> log = repository.history(List.of(head.id()));
      while (log.hasNext()) {
        assertThat(history.add(log.next().id().toString())).isTrue();
      }
      Set<String> ids = new HashSet<>();
      for (String line : acknowledged) {
        String[] words = line.split(" ");
        int number = Integer.parseInt(words[1]);
        assertThat(ids.add(words[2])).as(line).isTrue();
        assertThat(history).as("seed %s: %s", SEED, line).contains(words[2]);
        assertThat(head.get(Writer.key(words[0], number)))
            .as("seed %s: %s", SEED, line)
            .contains(Writer.value(words[0], number));
      }
      List<Finding> found = new ArrayList<>();
      RepositoryCheck check = new RepositoryCheck(repository, 4, found::add);
      assertThat(check.run(CheckScope.EVERYTHING).clean()).as("%s", found).isTrue();
      System.out.printf(
          "SCENARIO %d acknowledged of %d commits, %d in history; %d requests, %d went wrong%n",
          ids.size(),
          commits(),
          history.size() - 1,
          proxy.exchanges().size(),
          proxy.exchanges().stream().filter(each -> each.fate() != Fate.PASS).count());
      return ids.size();
    }
  }
}
