package dev.varve.zarr;

/** What came of reading a document. Immutable. */
public sealed interface DocumentReading {
  /** The document was understood. */
  record Parsed(NodeDocument document) implements DocumentReading {}

  /** It was not; to storage it is bytes like any other. {@code reason} is a phrase for people. */
  record Unreadable(String reason) implements DocumentReading {}
}
