package dev.varve.check;

import dev.varve.hash.ContentHash;

/** How a check proves a value. Thread-safe. */
@FunctionalInterface
public interface ValueProof {
  /**
   * Proves that what is stored under a hash has it.
   *
   * @param what the value in words, for messages
   * @return how many bytes the value has
   * @throws dev.varve.error.MissingBlobException where nothing is stored
   * @throws dev.varve.error.CorruptDataException where it is something else
   */
  long prove(String what, ContentHash hash);
}
