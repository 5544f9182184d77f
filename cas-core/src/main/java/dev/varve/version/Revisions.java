package dev.varve.version;

import dev.varve.error.InvalidNameException;
import dev.varve.error.NotFoundException;
import dev.varve.hash.ContentHash;
import dev.varve.ref.RefName;
import dev.varve.ref.RefRecord;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Finds the commit that a revision names.
 *
 * <pre>
 * revision = name ('~' [count] | '@{' time '}')*
 * name     = a branch, a tag, a pin, a commit id, or at least 4 hex digits that only one commit id
 *            begins with
 * time     = 2026-01-01T00:00Z, an offset in place of Z, without a zone for UTC, or a date alone
 * </pre>
 *
 * Names are looked up in that order. {@code @{...}} stands right behind a branch, tag or pin and
 * means what its log says it held then. Thread-safe.
 */
final class Revisions {
  private static final int MIN_PREFIX = 4;
  private static final int MAX_NAMED = 8;

  private final Repository repository;

  Revisions(Repository repository) {
    this.repository = repository;
  }

  /** The branch that is looked for first to resolve a revision. */
  static Optional<RefName> branch(String revision) {
    String name = name(revision);
    return RefName.isValid(name) ? Optional.of(RefName.branch(name)) : Optional.empty();
  }

  private static String name(String revision) {
    int end = revision.length();
    int tilde = revision.indexOf('~');
    int at = revision.indexOf("@{");
    end = tilde >= 0 ? Math.min(end, tilde) : end;
    end = at >= 0 ? Math.min(end, at) : end;
    return revision.substring(0, end);
  }

  ContentHash resolve(String revision) {
    String name = name(revision);
    int rest = name.length();
    ContentHash commit;
    if (revision.startsWith("@{", rest)) {
      int close = revision.indexOf('}', rest);
      if (close < 0) {
        throw new InvalidNameException("revision", revision, "'@{' has no '}'");
      }
      commit = atTime(revision, name, time(revision, revision.substring(rest + 2, close)));
      rest = close + 1;
    } else {
      commit = named(revision, name);
    }
    while (rest < revision.length()) {
      if (revision.charAt(rest) != '~') {
        throw new InvalidNameException(
            "revision", revision, "'" + revision.substring(rest) + "' follows the name; '~N' may");
      }
      int next = rest + 1;
      while (next < revision.length()
          && revision.charAt(next) >= '0'
          && revision.charAt(next) <= '9') {
        next++;
      }
      commit = ancestor(revision, commit, count(revision, revision.substring(rest + 1, next)));
      rest = next;
    }
    return commit;
  }

  private static long count(String revision, String digits) {
    try {
      return digits.isEmpty() ? 1 : Long.parseLong(digits);
    } catch (NumberFormatException tooLong) {
      throw new InvalidNameException("revision", revision, "~" + digits + " is too far back");
    }
  }

  private ContentHash ancestor(String revision, ContentHash from, long steps) {
    ContentHash at = from;
    for (long i = 0; i < steps; i++) {
      Commit commit = repository.commit(at);
      if (commit.parents().isEmpty()) {
        throw new NotFoundException(
            "no revision '"
                + revision
                + "' in "
                + repository.location()
                + ": history ends "
                + i
                + " commits before "
                + from.brief());
      }
      at = commit.parents().get(0);
    }
    return at;
  }

  private ContentHash named(String revision, String name) {
    if (name.isEmpty()) {
      throw new InvalidNameException("revision", revision, "it begins with no name");
    }
    if (RefName.isValid(name)) {
      Optional<ContentHash> ref =
          repository
              .refs()
              .find(RefName.branch(name))
              .or(() -> repository.refs().find(RefName.tag(name)))
              .or(() -> repository.refs().find(RefName.pin(name)))
              .map(Refs.Named::commit);
      if (ref.isPresent()) {
        return ref.get();
      }
    }
    if (name.matches("[0-9a-fA-F]+") && name.length() <= 2 * ContentHash.BYTES) {
      if (name.length() == 2 * ContentHash.BYTES) {
        ContentHash id = ContentHash.parse(name);
        if (repository.isCommit(id)) {
          return id;
        }
        throw new NotFoundException("no commit " + name + " in " + repository.location());
      }
      if (name.length() >= MIN_PREFIX) {
        return prefixed(name.toLowerCase(Locale.ROOT));
      }
    } else if (!RefName.isValid(name)) {
      RefName.branch(name);
    }
    throw new NotFoundException(
        "no revision '"
            + name
            + "' in "
            + repository.location()
            + ": it is no branch, no tag and no commit; 'varve branch' and 'varve tag' list what is there");
  }

  /** Looks among all commits that a ref reaches, or reached as long as its log goes back. */
  private ContentHash prefixed(String digits) {
    Set<ContentHash> heads = new LinkedHashSet<>();
    for (RefName.Kind kind : RefName.Kind.values()) {
      for (RefRecord newest : repository.backend().refs().list(kind)) {
        heads.addAll(repository.refs().roots(newest.name()));
      }
    }
    Set<ContentHash> found = new TreeSet<>();
    Iterator<Logged> all = repository.history(heads);
    while (all.hasNext()) {
      ContentHash id = all.next().id();
      if (id.toString().startsWith(digits)) {
        found.add(id);
      }
    }
    if (found.size() == 1) {
      return found.iterator().next();
    }
    if (found.isEmpty()) {
      throw new NotFoundException(
          "no revision '"
              + digits
              + "' in "
              + repository.location()
              + ": it is no branch, no tag, and no commit id begins with it");
    }
    throw new NotFoundException(
        "the revision '"
            + digits
            + "' is ambiguous in "
            + repository.location()
            + ": "
            + found.size()
            + " commits begin with it: "
            + String.join(", ", found.stream().limit(MAX_NAMED).map(ContentHash::toString).toList())
            + (found.size() > MAX_NAMED ? ", ..." : ""));
  }

  private ContentHash atTime(String revision, String name, long time) {
    RefName ref =
        Stream.of(RefName.branch(name), RefName.tag(name))
            .filter(each -> repository.backend().refs().read(each).isPresent())
            .findFirst()
            .orElse(RefName.pin(name));
    Iterator<RefRecord> log = repository.refs().log(ref);
    if (!log.hasNext()) {
      throw new NotFoundException("no branch or tag '" + name + "' in " + repository.location());
    }
    while (log.hasNext()) {
      RefRecord record = log.next();
      if (record.timeMillis() <= time) {
        return record
            .target()
            .orElseThrow(
                () ->
                    new NotFoundException(
                        "no revision '" + revision + "': " + ref + " was deleted then"));
      }
    }
    throw new NotFoundException(
        "no revision '" + revision + "': the log of " + ref + " begins later");
  }

  private static long time(String revision, String text) {
    try {
      if (text.indexOf('T') < 0) {
        return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
      }
      boolean zoned =
          text.endsWith("Z")
              || text.endsWith("z")
              || text.lastIndexOf('+') > 0
              || text.lastIndexOf('-') > text.indexOf('T');
      Instant instant =
          zoned
              ? OffsetDateTime.parse(text).toInstant()
              : LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
      return instant.toEpochMilli();
    } catch (DateTimeException | ArithmeticException bad) {
      throw new InvalidNameException(
          "revision", revision, "'" + text + "' is no time such as 2026-01-01T00:00Z");
    }
  }
}
