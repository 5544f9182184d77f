package dev.varve.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.varve.error.InvalidNameException;
import dev.varve.hash.ContentHash;
import dev.varve.ref.RefName;
import dev.varve.ref.RefRecord;
import java.util.Locale;
import java.util.Optional;

/**
 * What a branch or tag holds, by its newest record. Immutable.
 *
 * @param record the record; without a target where the ref was deleted
 */
record RefState(RefRecord record) {
  /**
   * The branch, else the tag, of a name, also a deleted one.
   *
   * @throws HttpFailure 404 where there never was either
   */
  static RefState read(ServedRepository served, String name) {
    try {
      Optional<RefRecord> branch = served.repository().backend().refs().read(RefName.branch(name));
      Optional<RefRecord> tag = served.repository().backend().refs().read(RefName.tag(name));
      return branch
          .filter(record -> record.target().isPresent())
          .or(() -> tag.filter(record -> record.target().isPresent()))
          .or(() -> branch)
          .or(() -> tag)
          .map(RefState::new)
          .orElseThrow(() -> absent(name));
    } catch (InvalidNameException never) {
      throw absent(name);
    }
  }

  private static HttpFailure absent(String name) {
    return new HttpFailure(
        Problem.of(404, Problem.NO_REVISION, "no branch and no tag is called '" + name + "'")
            .with("revision", name));
  }

  /** The commit held, or empty where the ref was deleted. */
  Optional<ContentHash> commit() {
    return record.target();
  }

  /** Whether both are the same record. */
  boolean same(RefState other) {
    return record.nonce().equals(other.record.nonce()) && record.name().equals(other.record.name());
  }

  /** The word for a kind of ref. */
  static String kind(RefName.Kind kind) {
    return switch (kind) {
      case HEADS -> "branch";
      case TAGS -> "tag";
      case PINS -> kind.name().toLowerCase(Locale.ROOT);
    };
  }

  /** The ref as the API tells it. */
  ObjectNode json(ServedRepository served) {
    ObjectNode json =
        Json.of("ref")
            .put("name", record.name().name())
            .put("kind", kind(record.name().kind()))
            .put("commit", commit().map(ContentHash::toString).orElse(null))
            .put("time", Json.time(record.timeMillis()))
            .put("reason", record.reason())
            .put("who", record.who())
            .put("number", record.number());
    commit().ifPresent(commit -> json.put("url", served.store(commit.toString())));
    return json;
  }
}
