package dev.varve.sync;

import java.util.function.Consumer;

/** Finds objects that the receiver may need. One thread at a time. */
interface WantSource {
  /** About how many bytes {@link #find} will tell of; cheap. */
  long expectedBytes();

  /** Tells every object, in any order; what is stored is found out by the caller. */
  void find(Consumer<Wanted> wants);
}
