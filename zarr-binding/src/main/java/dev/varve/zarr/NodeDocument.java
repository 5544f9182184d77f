package dev.varve.zarr;

/** A metadata document that makes a node, as far as it is needed here. Immutable. */
public sealed interface NodeDocument permits ArrayDocument, GroupDocument {
  /** 2 or 3. */
  int zarrFormat();
}
