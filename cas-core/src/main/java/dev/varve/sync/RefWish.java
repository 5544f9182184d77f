package dev.varve.sync;

import dev.varve.hash.ContentHash;
import dev.varve.ref.RefName;

/**
 * A commit of the sender, and the ref that is to hold it at the receiver. Immutable.
 *
 * @param commit the commit
 * @param name the ref at the receiver
 * @param rule when the ref may be moved
 */
public record RefWish(ContentHash commit, RefName name, Rule rule) {
  /** When a ref that holds another commit may be moved. */
  public enum Rule {
    /** To a descendant of what it holds: a branch. */
    FORWARD,
    /** Never: a tag. */
    ONCE,
    /** Always: it only tells what another repository's branch is. */
    FOLLOW
  }
}
