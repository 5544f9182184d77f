package dev.varve.repair;

import dev.varve.blob.BlobStore;
import dev.varve.ref.Backend;
import dev.varve.ref.RefStore;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A backend with its refs and configuration as they would be once mended. Thread-safe.
 *
 * @param backend what is stored
 * @param refs the refs once mended
 * @param settings the configuration once mended
 */
record PreviewBackend(Backend backend, RefStore refs, ByteBuffer settings) implements Backend {
  @Override
  public BlobStore blobs() {
    return backend.blobs();
  }

  @Override
  public Optional<ByteBuffer> config() {
    return Optional.of(settings.duplicate());
  }

  @Override
  public boolean createConfig(ByteBuffer bytes) {
    return false;
  }

  /** Nothing is written here. */
  @Override
  public void requireSoleWriter() {}

  @Override
  public boolean keepsPacks() {
    return backend.keepsPacks();
  }

  @Override
  public boolean keepsDeltas() {
    return backend.keepsDeltas();
  }

  @Override
  public String location() {
    return backend.location();
  }

  @Override
  public void close() {
    backend.close();
  }
}
