package dev.varve.version;

/** The two trees of a manifest. */
public enum Part {
  /** Metadata documents, inline up to 64 KiB: opening a data set reads only this. */
  META,
  /** All other keys: chunks and companion files. */
  CHUNKS
}
