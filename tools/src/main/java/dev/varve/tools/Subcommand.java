package dev.varve.tools;

import dev.varve.version.Repository;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Option;

/** What every command shares: {@code --json}, {@code --help}, its surroundings. One thread. */
abstract class Subcommand implements Callable<Integer> {
  /** The surroundings of this run. */
  protected final Console console;

  /** Where buckets are; {@link Main} makes its options those of every command with a REPO. */
  protected final S3Options s3 = new S3Options();

  /** What is kept of buckets; its options are added likewise. */
  protected final CacheOptions cache = new CacheOptions();

  @Option(names = "--json", description = "Print JSON Lines; errors are an object, too.")
  private boolean json;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  @SuppressWarnings("unused") // picocli reads it
  private boolean help;

  /** Runs in these surroundings. */
  protected Subcommand(Console console) {
    this.console = console;
  }

  /**
   * One line of shell that shows the command and works when pasted, with nothing prepared; {@code
   * varve} in it is replaced by the name the user typed, {@code $R} is a fresh repository's path.
   */
  abstract String example();

  /**
   * Does the work.
   *
   * @return the exit code
   */
  abstract int run(Output out) throws IOException;

  /** Whether the command line names repositories. */
  boolean namesRepositories() {
    return true;
  }

  /** When what is read from a bucket is kept on this machine. */
  CacheUse cacheUse() {
    return CacheUse.ALWAYS;
  }

  /** The exit code where the reader of standard output left before the end. */
  int exitWhenReaderGone() {
    return Failure.OK;
  }

  /** Runs the command; every failure is told here and becomes an exit code. */
  @Override
  public final Integer call() {
    Output out = new Output(console, json);
    try {
      int exit = run(out);
      out.flush();
      return exit;
    } catch (Output.ReaderGone gone) {
      return exitWhenReaderGone();
    } catch (Throwable failed) {
      return Failure.of(failed).tell(console, json, failed);
    }
  }

  /** Opens a repository that must be there. */
  protected final Repository open(String repo) {
    return open(repo, "");
  }

  /** Opens a repository of which a revision or a branch is looked up before anything else. */
  protected final Repository open(String repo, String first) {
    return Repositories.open(
        console,
        repo,
        s3,
        far -> cache.over(far, console.environment(), cacheUse(), this::note),
        first);
  }

  private void note(String words) {
    if (!json) {
      new Output(console, false).note("varve: " + words);
    }
  }
}
