package dev.varve.server;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.varve.error.InvalidNameException;
import dev.varve.error.NotFoundException;
import dev.varve.hash.ContentHash;
import dev.varve.ref.Nonce;
import dev.varve.ref.RefName;
import dev.varve.ref.RefRecord;
import dev.varve.version.Repository;
import dev.varve.version.Snapshot;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the commit that a revision names, once for each request: a moved ref shows at once, whoever
 * moved it. Thread-safe.
 *
 * <p>What is remembered cannot change: commits by id, and what stands {@code ~N} or {@code @{time}}
 * behind a ref while the ref's newest record is the same. Only the beginning of an id is remembered
 * for some seconds, because finding it reads all history. Memory: {@value #MAX_SNAPSHOTS} commits
 * and as many names.
 */
final class Resolver {
  private static final int MAX_SNAPSHOTS = 1024;
  private static final Pattern ID = Pattern.compile("[0-9a-fA-F]{64}");
  private static final Duration PREFIX_AGE = Duration.ofSeconds(10);

  /** A revision and the records of the two refs that its name could mean. */
  private record Asked(String revision, @Nullable Nonce branch, @Nullable Nonce tag) {}

  private final Repository repository;
  private final Cache<ContentHash, Snapshot> snapshots =
      Caffeine.newBuilder().maximumSize(MAX_SNAPSHOTS).executor(Runnable::run).build();
  private final Cache<Asked, ContentHash> behindRefs =
      Caffeine.newBuilder().maximumSize(MAX_SNAPSHOTS).executor(Runnable::run).build();
  private final Cache<String, ContentHash> prefixes =
      Caffeine.newBuilder()
          .maximumSize(MAX_SNAPSHOTS)
          .expireAfterWrite(PREFIX_AGE)
          .executor(Runnable::run)
          .build();

  Resolver(Repository repository) {
    this.repository = repository;
  }

  /**
   * What a revision names now.
   *
   * @throws HttpFailure 404 where it names nothing, more than one commit, or is not well formed
   */
  Resolved resolve(String revision) {
    try {
      return find(revision);
    } catch (NotFoundException | InvalidNameException none) {
      throw new HttpFailure(
          Problem.of(404, Problem.NO_REVISION, told(none)).with("revision", revision), none);
    }
  }

  /** Where the repository lies on the server's disk is nobody's business. */
  private String told(RuntimeException none) {
    return String.valueOf(none.getMessage()).replace(" in " + repository.location(), " here");
  }

  /** What a bare revision names, where that is a commit whose state is remembered. */
  Optional<Resolved> atHand(String revision) {
    RefName branch;
    try {
      branch = RefName.branch(revision);
    } catch (InvalidNameException more) {
      return Optional.empty();
    }
    Optional<ContentHash> held = read(branch).flatMap(RefRecord::target);
    boolean isBranch = held.isPresent();
    if (!isBranch) {
      held = read(RefName.tag(revision)).flatMap(RefRecord::target);
    }
    boolean immutable = !isBranch;
    if (held.isEmpty() && revision.length() == 2 * ContentHash.BYTES && isId(revision)) {
      held = Optional.of(ContentHash.parse(revision));
    }
    return held.map(snapshots::getIfPresent).map(known -> new Resolved(known, immutable));
  }

  private Optional<RefRecord> read(RefName name) {
    return repository.backend().refs().read(name);
  }

  private static boolean isId(String revision) {
    return ID.matcher(revision).matches();
  }

  private Resolved find(String revision) {
    int end = revision.length();
    for (int i = 0; i < end; i++) {
      if (revision.charAt(i) == '~' || revision.startsWith("@{", i)) {
        end = i;
      }
    }
    String name = revision.substring(0, end);
    boolean bare = name.length() == revision.length();
    Optional<RefRecord> branch = Optional.empty();
    Optional<RefRecord> tag = Optional.empty();
    if (RefName.isValid(name)) {
      branch = read(RefName.branch(name));
      tag = read(RefName.tag(name));
    }
    Optional<ContentHash> held = branch.flatMap(RefRecord::target);
    boolean isBranch = held.isPresent();
    boolean isTag = !isBranch && tag.flatMap(RefRecord::target).isPresent();
    held = isBranch ? held : tag.flatMap(RefRecord::target);
    if (bare && held.isPresent()) {
      return new Resolved(snapshot(held.get()), isTag);
    }
    boolean id = held.isEmpty() && name.length() == 2 * ContentHash.BYTES;
    if (bare && id) {
      return new Resolved(byId(revision), true);
    }
    boolean prefix = held.isEmpty() && branch.isEmpty() && tag.isEmpty() && !id;
    if (prefix) {
      ContentHash known = prefixes.get(revision, repository::resolve);
      return new Resolved(snapshot(known), false);
    }
    Asked asked =
        new Asked(
            revision,
            branch.map(RefRecord::nonce).orElse(null),
            tag.map(RefRecord::nonce).orElse(null));
    ContentHash commit = behindRefs.get(asked, all -> repository.resolve(all.revision()));
    boolean ancestor = revision.indexOf("@{") < 0;
    return new Resolved(snapshot(commit), ancestor && (isTag || id));
  }

  private Snapshot byId(String hex) {
    if (!isId(hex)) {
      return repository.snapshot(hex);
    }
    Snapshot known = snapshots.getIfPresent(ContentHash.parse(hex));
    return known != null ? known : snapshot(repository.resolve(hex));
  }

  /** The state of a commit that exists. */
  Snapshot snapshot(ContentHash commit) {
    return snapshots.get(commit, repository::snapshot);
  }
}
