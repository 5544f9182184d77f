package dev.varve.tools;

import dev.varve.s3.S3Location;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says whether a repository is safe where it is. */
@Command(
    name = "doctor",
    description =
        "Find out by trying whether a repository is safe where it is, or would be: the server and"
            + " its bucket, or the disk.")
final class Doctor extends Subcommand {
  @Parameters(
      index = "0",
      paramLabel = "REPO",
      description = "A repository, or a place where one may be made.")
  private String repo = "";

  @Option(
      names = "--break-writer",
      description =
          "For s3:// with one writer at a time: let others write although one never said that it"
              + " ended. Only if it is known to have died.")
  private boolean breakWriter;

  Doctor(Console console) {
    super(console);
  }

  @Override
  String example() {
    return "varve init $R && varve doctor $R";
  }

  @Override
  int run(Output out) {
    if (breakWriter) {
      return breakWriters(out);
    }
    Map<Checked.Verdict, Integer> counts = new EnumMap<>(Checked.Verdict.class);
    try (Progress progress = out.progress("examining").ticking()) {
      if (S3Options.isS3(repo)) {
        bucket(s3.location(repo, console.environment()), out, counts, progress);
      } else {
        new DiskChecks(
                Repositories.directory(repo),
                console.backends(),
                System::nanoTime,
                each -> tell(each, out, counts, progress))
            .run();
      }
    }
    boolean safe = !counts.containsKey(Checked.Verdict.UNSAFE);
    if (out.json()) {
      JsonLine line = JsonLine.of("diagnosis").put("repo", repo).put("safe", safe);
      for (Checked.Verdict each : Checked.Verdict.values()) {
        line.put(each.word(), counts.getOrDefault(each, 0));
      }
      out.line(line);
    } else if (safe) {
      out.words("a repository is safe here");
    }
    return safe
        ? Failure.OK
        : out.error(
            new Failure(
                "unsafe",
                Failure.FAILED,
                "a repository is not safe in " + repo,
                "mend what is marked unsafe, or choose another place"));
  }

  private int breakWriters(Output out) {
    if (!S3Options.isS3(repo)) {
      throw Refusal.usage(
          "--break-writer is for s3://; a dead writer keeps nobody out of a directory",
          "leave it out");
    }
    int broken = Buckets.breakWriters(s3.location(repo, console.environment()));
    if (out.json()) {
      out.line(JsonLine.of("writers").put("repo", repo).put("broken", broken));
    } else {
      out.words(Words.count(broken, "mark") + " of writers taken away");
    }
    return Failure.OK;
  }

  private void bucket(
      S3Location location, Output out, Map<Checked.Verdict, Integer> counts, Progress progress) {
    Set<String> left =
        Buckets.examine(
            location,
            Repositories.environment(console.environment()),
            each -> tell(each, out, counts, progress));
    if (!left.isEmpty()) {
      tell(
          new Checked(
              "clean",
              Checked.Verdict.NOTE,
              Words.count(left.size(), "small object")
                  + " could not be removed, and "
                  + (left.size() == 1 ? "stays" : "stay")
                  + "; the first is s3://"
                  + location.bucket()
                  + "/"
                  + left.iterator().next()
                  + ". Deleting is not needed for anything else"),
          out,
          counts,
          progress);
    }
  }

  private static void tell(
      Checked each, Output out, Map<Checked.Verdict, Integer> counts, Progress progress) {
    progress.wipe();
    counts.merge(each.verdict(), 1, Integer::sum);
    if (out.json()) {
      out.line(
          JsonLine.of("check")
              .put("check", each.check())
              .put("verdict", each.verdict().word())
              .put("message", each.words()));
    } else {
      out.words(
          String.format("%-8s", each.verdict().word())
              + each.check()
              + ": "
              + Words.safe(each.words()));
    }
    out.flush();
  }
}
