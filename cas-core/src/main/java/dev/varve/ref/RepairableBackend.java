package dev.varve.ref;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A backend in which damage can be mended: its blob store is a {@link
 * dev.varve.blob.RepairableBlobs}, its ref store a {@link RepairableRefs}. An extra power.
 * Thread-safe.
 */
public interface RepairableBackend extends Backend {
  /**
   * Makes {@code bytes} the configuration, durably; what stood there is kept aside first.
   *
   * @return where it is kept, or empty where nothing stood there
   */
  Optional<String> replaceConfig(ByteBuffer bytes);
}
