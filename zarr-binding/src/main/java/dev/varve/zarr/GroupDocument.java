package dev.varve.zarr;

/** A group: {@code .zgroup}, or a {@code zarr.json} of that node type. Immutable. */
public record GroupDocument(int zarrFormat) implements NodeDocument {}
