package dev.varve.repair;

import dev.varve.check.Finding;
import dev.varve.hash.ContentHash;
import dev.varve.ref.RefName;
import java.util.List;

/** Something that a repair did, or could not do. Immutable. */
public sealed interface RepairEvent {
  /** Where right bytes came from. */
  enum Source {
    /** Another repository. */
    OTHER,
    /** The damaged bytes themselves: one bit was flipped, and its place was found by the hash. */
    ONE_BIT,
    /**
     * Another place of this repository, where they stood under a wrong name or as a second copy.
     */
    ELSEWHERE,
    /** The format: every repository has the same. */
    FORMAT
  }

  /**
   * Damaged bytes are kept somewhere else now, as they were.
   *
   * @param what what they were to be, in words
   * @param object the hash or the name that they stood under
   * @param place where they are
   */
  record MovedAside(Finding.Role role, String what, String object, String place)
      implements RepairEvent {}

  /**
   * An object is whole again.
   *
   * @param what the object, in words
   */
  record Repaired(Finding.Role role, String what, String object, Source source)
      implements RepairEvent {}

  /**
   * An object is still damaged or missing.
   *
   * @param remains of a commit: what can still be read of the refs that held it
   */
  record Lost(Finding finding, List<Remains> remains) implements RepairEvent {}

  /**
   * The newest state of a ref that can be read. Immutable.
   *
   * @param record the number of its record
   */
  record Remains(RefName ref, long record, ContentHash commit) {}
}
