package dev.varve.tools;

import dev.varve.blob.ChecksummedBlobs;
import dev.varve.check.CheckReport;
import dev.varve.check.CheckScope;
import dev.varve.check.ChecksumProof;
import dev.varve.check.RepositoryCheck;
import dev.varve.error.StoreException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.ref.RefName;
import dev.varve.version.Logged;
import dev.varve.version.Refs;
import dev.varve.version.Repository;
import dev.varve.zarr.ZarrPath;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Proves what is stored. */
@Command(
    name = "verify",
    description =
        "Read and prove what is stored: every value, tree, commit and ref, or a part of it.")
final class Verify extends Subcommand {
  /** How many checksums are asked for at once. */
  private static final int REQUESTS = 16;

  private static final Pattern PERCENT = Pattern.compile("([0-9]{1,3}(?:\\.[0-9]{1,9})?)%");

  @Parameters(index = "0", paramLabel = "REPO", description = "The repository.")
  private String repo = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "REV",
      description = "This snapshot alone (default: everything that a ref reaches).")
  private @Nullable String revision;

  @Option(
      names = "--path",
      paramLabel = "PATH",
      description = "Only what is below an array or group.")
  private @Nullable String path;

  @Option(
      names = "--since",
      paramLabel = "REV",
      description = "Only what this revision does not reach.")
  private @Nullable String since;

  @Option(
      names = "--sample",
      paramLabel = "5%",
      description = "Read a random part of the values; trees and commits are read whole.")
  private @Nullable String sample;

  @Option(
      names = "--head",
      description =
          "For s3://: compare the checksums that the server keeps of values with their names, and"
              + " download none; trees, commits and refs are read.")
  private boolean head;

  Verify(Console console) {
    super(console);
  }

  @Override
  String example() {
    return "varve init $R && echo 21.5 | varve put $R air/c/0 - && varve verify $R";
  }

  /** It is the store itself that is verified. */
  @Override
  CacheUse cacheUse() {
    return CacheUse.NEVER;
  }

  /** What was not told may be damage. */
  @Override
  int exitWhenReaderGone() {
    return Failure.FAILED;
  }

  @Override
  int run(Output out) {
    double share = sample == null ? 1 : share(sample);
    ZarrPath below = path == null ? ZarrPath.ROOT : ZarrPath.of(path);
    try (Repository repository = open(repo)) {
      CheckScope scope =
          (revision == null ? CheckScope.EVERYTHING : CheckScope.of(repository.resolve(revision)))
              .below(below.directory())
              .sample(share);
      if (since != null) {
        scope = scope.since(repository.resolve(since));
      }
      if (!below.isRoot()) {
        requireThere(repository, below);
      }
      ChecksumProof checksums = head ? checksums(repository) : null;
      DamageLines findings = new DamageLines(repository, out);
      CheckReport report;
      try (Progress progress = out.progress("verifying")) {
        findings.over(progress);
        RepositoryCheck check =
            new RepositoryCheck(
                repository,
                checksums == null ? Runtime.getRuntime().availableProcessors() : REQUESTS,
                findings::tell,
                progress::at,
                checksums == null ? repository.blobs()::verify : checksums);
        report = check.run(scope);
      }
      long unproven = checksums == null ? 0 : checksums.unproven();
      tell(report, unproven, out);
      if (!report.clean()) {
        return out.error(found(report));
      }
      return unproven == 0 ? Failure.OK : out.error(unproven(unproven));
    }
  }

  private ChecksumProof checksums(Repository repository) {
    if (!(repository.backend().blobs() instanceof ChecksummedBlobs blobs)) {
      throw Refusal.usage(
          "--head is for s3://: nothing else keeps checksums beside the bytes",
          "leave it out, and all values are read");
    }
    if (repository.config().hash() != HashAlgorithm.SHA256) {
      throw Refusal.usage(
          "--head compares SHA-256 with names, and "
              + repo
              + " is named by "
              + repository.config().hash().label(),
          "leave it out, and all values are read");
    }
    return new ChecksumProof(blobs);
  }

  private static double share(String text) {
    Matcher percent = PERCENT.matcher(text);
    double share = percent.matches() ? Double.parseDouble(percent.group(1)) / 100 : -1;
    if (!(share > 0 && share <= 1)) {
      throw Refusal.usage(
          "not a share of the values: '" + text + "'",
          "write a percentage above 0% and up to 100%");
    }
    return share;
  }

  /** A path that nothing ever was below would be found clean, which is no answer. */
  private void requireThere(Repository repository, ZarrPath below) {
    Set<ContentHash> heads = new LinkedHashSet<>();
    if (revision != null) {
      heads.add(repository.resolve(revision));
    } else {
      for (RefName.Kind kind : RefName.Kind.values()) {
        repository.refs().list(kind).stream().map(Refs.Named::commit).forEach(heads::add);
      }
    }
    try {
      Iterator<Logged> history = repository.history(heads);
      while (history.hasNext()) {
        Logged next = history.next();
        if (repository.view(next.commit().manifest()).totals(below.directory()).keys() > 0) {
          return;
        }
        if (revision != null) {
          break;
        }
      }
    } catch (StoreException damaged) {
      // The check itself tells what cannot be read.
      return;
    }
    throw Refusal.notFound(
        "nothing is below " + below + " in " + (revision == null ? "any snapshot" : revision),
        "'varve tree REPO' shows the groups and arrays");
  }

  private static Failure found(CheckReport report) {
    return new Failure(
        "damage",
        Failure.DAMAGE,
        Words.count(report.damaged() + report.missing(), "object") + " damaged or missing",
        "what is intact can still be read; 'varve repair REPO --from COPY' mends the rest");
  }

  /** What is not proved is not called right. */
  private static Failure unproven(long values) {
    return new Failure(
        "unproven",
        Failure.FAILED,
        "the server keeps no SHA-256 of "
            + Words.count(values, "value")
            + " (none at all, or of its parts, as for values above 8 MiB); their lengths are right",
        "leave --head out to read and prove them, or a part of them with --sample");
  }

  private void tell(CheckReport report, long unproven, Output out) {
    if (out.json()) {
      JsonLine line =
          JsonLine.of("verified")
              .put("objects", report.objects())
              .put("bytes", report.bytes())
              .put("damaged", report.damaged())
              .put("missing", report.missing());
      out.line(head ? line.put("unproven", unproven) : line);
    } else {
      out.words(
          "verified "
              + Words.count(report.objects(), "object")
              + ", "
              + Words.size(report.bytes())
              + ": "
              + (report.clean()
                  ? unproven == 0 ? "all as they should be" : "nothing wrong in what can be told"
                  : Words.count(report.damaged())
                      + " damaged, "
                      + Words.count(report.missing())
                      + " missing"));
    }
  }
}
