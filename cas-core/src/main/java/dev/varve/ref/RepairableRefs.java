package dev.varve.ref;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A ref store that shows what stands in it, readable or not, and in which a record can be given its
 * bytes back. An extra power of a ref store. Thread-safe.
 */
public interface RepairableRefs {
  /** The names of all refs of a kind of which any record stands, in order. */
  List<RefName> names(RefName.Kind kind);

  /** The highest number under which a record of a ref stands, or empty where none does. */
  OptionalLong newest(RefName name);

  /**
   * The bytes that stand as a record, unproven, for each place where the driver keeps that record;
   * empty for a place where nothing stands. In a whole store all places hold the same.
   */
  List<Optional<ByteBuffer>> stored(RefName name, long number);

  /**
   * Whether any record stands in more than one place, so that the places may differ; where none
   * does, nobody need ask.
   */
  boolean inSeveralPlaces();

  /**
   * Makes {@code bytes} the record in each of its places, durably, if what stands there still is
   * {@code found}. Bytes that stood there and are others are kept aside first.
   *
   * @param bytes the record's own bytes, proved by its digest and that in the record after it; or,
   *     where nothing was found, a new newest record
   * @return where those are kept that stood there; empty where something else stands there by now,
   *     and nothing was changed
   */
  Optional<List<String>> restore(
      RefName name, long number, List<Optional<ByteBuffer>> found, ByteBuffer bytes);
}
