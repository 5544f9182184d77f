package dev.varve.lmdb;

import java.nio.charset.StandardCharsets;

/** The named databases of the environment. What their rows hold is said in {@link LmdbLayout}. */
enum Table {
  CONFIG("config"),
  BLOBS("blobs"),

  /** Not in repositories that were made before there were packs. */
  PACKED("packed"),

  /** Not in repositories that were made before there were differences. */
  DELTAS("deltas"),
  VALUES("values"),
  REFS("refs"),
  REFLOG("reflog"),
  GC("gc"),
  CANDIDATES("candidates"),
  SESSIONS("sessions");

  private final String label;

  Table(String label) {
    this.label = label;
  }

  /** The name in the environment. */
  byte[] bytes() {
    return label.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return label;
  }
}
