package dev.varve.reliability;

import dev.varve.ref.Nonce;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Looks for an order of concurrent operations on one register that explains every answer: each
 * operation happens at one moment between its call and its answer. The search is that of Wing and
 * Gong; states that failed before are remembered. One thread.
 */
final class Linearizability {
  private final List<Operation> operations;
  private final Set<State> failed = new HashSet<>();

  /** Which operations have happened, and what the register holds then. */
  private record State(BitSet happened, Optional<Nonce> value) {}

  private Linearizability(List<Operation> operations) {
    this.operations = operations;
  }

  /** Whether there is such an order, from a register that holds {@code first}. */
  static boolean explains(List<Operation> operations, Optional<Nonce> first) {
    return new Linearizability(operations).search(new BitSet(), first);
  }

  private boolean search(BitSet happened, Optional<Nonce> value) {
    if (happened.cardinality() == operations.size()) {
      return true;
    }
    if (failed.contains(new State(happened, value))) {
      return false;
    }
    // Nothing that was called after another's answer may happen before it.
    long firstAnswer = Long.MAX_VALUE;
    for (int i = happened.nextClearBit(0);
        i < operations.size();
        i = happened.nextClearBit(i + 1)) {
      firstAnswer = Math.min(firstAnswer, operations.get(i).answered());
    }
    for (int i = happened.nextClearBit(0);
        i < operations.size();
        i = happened.nextClearBit(i + 1)) {
      Operation next = operations.get(i);
      if (next.called() < firstAnswer && next.agrees(value)) {
        BitSet more = (BitSet) happened.clone();
        more.set(i);
        if (search(more, next.after(value))) {
          return true;
        }
      }
    }
    failed.add(new State((BitSet) happened.clone(), value));
    return false;
  }
}
