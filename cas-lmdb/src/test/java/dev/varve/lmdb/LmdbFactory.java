package dev.varve.lmdb;

import dev.varve.ref.Backend;
import dev.varve.testkit.BackendFactory;
import java.nio.file.Path;

/** Repositories in {@code repo} below the directory of a test. */
record LmdbFactory(LmdbSettings settings) implements BackendFactory {
  LmdbFactory() {
    this(LmdbSettings.standard());
  }

  @Override
  public Backend create(Path directory) {
    return LmdbBackend.create(directory.resolve("repo"), settings);
  }

  @Override
  public Backend reopen(Path directory, Backend closed) {
    return LmdbBackend.open(directory.resolve("repo"), settings);
  }

  @Override
  public boolean setEpoch(Backend backend, long epoch) {
    Collection.in(backend).setEpoch(epoch);
    return true;
  }
}
