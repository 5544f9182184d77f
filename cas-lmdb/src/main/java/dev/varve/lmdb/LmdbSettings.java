package dev.varve.lmdb;

/**
 * What tests set otherwise. Immutable.
 *
 * @param initialMapBytes the least size of the map; it doubles when it is full
 * @param groupBytes how many bytes of values one write transaction takes before the next begins
 * @param allowNetworkFileSystem whether LMDB may be used where its locks and maps are not
 *     dependable
 * @param allowDamage whether to open a file without looking at its structure first
 * @param packs whether a repository that is made keeps values in packs; one that was made keeps
 *     what it has
 * @param deltas whether a repository that is made keeps differences; one that was made keeps what
 *     it has
 * @param packLeast so many bytes for packs a flush must have to go there: less are rows, since to
 *     sync a pack is one more wait for the disk
 * @param packBytes the length from which a pack is not appended to any more
 */
record LmdbSettings(
    long initialMapBytes,
    long groupBytes,
    boolean allowNetworkFileSystem,
    boolean allowDamage,
    boolean packs,
    boolean deltas,
    long packLeast,
    long packBytes) {
  /** System property that forces the use of a network file system. */
  static final String ALLOW_NETWORK = "varve.lmdb.allowNetworkFileSystem";

  /** System property that opens a file with damaged pages, to save what can be read of it. */
  static final String ALLOW_DAMAGE = "varve.lmdb.allowDamage";

  /** A map of 1 GiB costs address space only; groups of 64 MiB keep a synced disk busy. */
  static LmdbSettings standard() {
    return new LmdbSettings(
        1L << 30,
        64L << 20,
        Boolean.getBoolean(ALLOW_NETWORK),
        Boolean.getBoolean(ALLOW_DAMAGE),
        true,
        true,
        1L << 20,
        1L << 30);
  }

  LmdbSettings withInitialMap(long bytes) {
    return new LmdbSettings(
        bytes,
        groupBytes,
        allowNetworkFileSystem,
        allowDamage,
        packs,
        deltas,
        packLeast,
        packBytes);
  }

  LmdbSettings withDamageAllowed() {
    return new LmdbSettings(
        initialMapBytes,
        groupBytes,
        allowNetworkFileSystem,
        true,
        packs,
        deltas,
        packLeast,
        packBytes);
  }

  LmdbSettings withGroupBytes(long bytes) {
    return new LmdbSettings(
        initialMapBytes,
        bytes,
        allowNetworkFileSystem,
        allowDamage,
        packs,
        deltas,
        packLeast,
        packBytes);
  }

  LmdbSettings withPacks(boolean kept) {
    return new LmdbSettings(
        initialMapBytes,
        groupBytes,
        allowNetworkFileSystem,
        allowDamage,
        kept,
        deltas,
        packLeast,
        packBytes);
  }

  LmdbSettings withDeltas(boolean kept) {
    return new LmdbSettings(
        initialMapBytes,
        groupBytes,
        allowNetworkFileSystem,
        allowDamage,
        packs,
        kept,
        packLeast,
        packBytes);
  }

  LmdbSettings withPackBytes(long bytes) {
    return new LmdbSettings(
        initialMapBytes,
        groupBytes,
        allowNetworkFileSystem,
        allowDamage,
        packs,
        deltas,
        packLeast,
        bytes);
  }

  LmdbSettings withPackLeast(long bytes) {
    return new LmdbSettings(
        initialMapBytes,
        groupBytes,
        allowNetworkFileSystem,
        allowDamage,
        packs,
        deltas,
        bytes,
        packBytes);
  }
}
