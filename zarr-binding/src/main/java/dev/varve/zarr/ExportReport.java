package dev.varve.zarr;

import java.nio.file.Path;

/** What was exported: how many keys and bytes of values, and to where. Immutable. */
public record ExportReport(long keys, long bytes, Path destination) {}
