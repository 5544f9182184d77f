package dev.varve.repair;

/**
 * What a repair came to. Immutable.
 *
 * @param objects objects found right, those that were mended included
 * @param bytes their bytes
 * @param repaired objects that are whole again
 * @param movedAside times that damaged bytes were kept aside
 * @param lost objects that are still damaged or missing
 */
public record RepairReport(long objects, long bytes, long repaired, long movedAside, long lost) {
  /** Whether everything that a ref reaches is whole now. */
  public boolean whole() {
    return lost == 0;
  }
}
