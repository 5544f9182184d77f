package dev.varve.testkit;

import dev.varve.blob.BlobStore;
import dev.varve.hash.HashAlgorithm;
import dev.varve.ref.Backend;
import dev.varve.ref.RefStore;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Answers as another backend does, but for what a subclass says. As safe for threads as that one,
 * and never {@link Backend#local}, since what a subclass does may take its time.
 */
public abstract class ForwardingBackend implements Backend {
  /** Whom all is asked. */
  protected final Backend inner;

  /** Closes {@code inner} when it is closed. */
  protected ForwardingBackend(Backend inner) {
    this.inner = inner;
  }

  @Override
  public BlobStore blobs() {
    return inner.blobs();
  }

  @Override
  public RefStore refs() {
    return inner.refs();
  }

  @Override
  public Optional<ByteBuffer> config() {
    return inner.config();
  }

  @Override
  public boolean createConfig(ByteBuffer bytes) {
    return inner.createConfig(bytes);
  }

  @Override
  public void namedBy(HashAlgorithm algorithm) {
    inner.namedBy(algorithm);
  }

  @Override
  public void requireSoleWriter() {
    inner.requireSoleWriter();
  }

  @Override
  public boolean keepsPacks() {
    return inner.keepsPacks();
  }

  @Override
  public boolean keepsDeltas() {
    return inner.keepsDeltas();
  }

  @Override
  public String location() {
    return inner.location();
  }

  @Override
  public void close() {
    inner.close();
  }
}
