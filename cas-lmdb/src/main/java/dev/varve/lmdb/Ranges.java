package dev.varve.lmdb;

import dev.varve.blob.Blobs;

/** What every kind of blob refuses. */
final class Ranges {
  private Ranges() {}

  static void check(long position, int count) {
    if (position < 0 || count < 0 || count > Blobs.MAX_READ) {
      throw new IllegalArgumentException(
          "not a range that can be read at once: " + count + " bytes from " + position);
    }
  }
}
