package dev.varve.tools;

/** When a command keeps what it reads from a bucket on this machine. */
enum CacheUse {
  /** Unless it is told not to. */
  ALWAYS,
  /** Only where a folder is named on the command line. */
  ASKED,
  /** Not even then. */
  NEVER
}
