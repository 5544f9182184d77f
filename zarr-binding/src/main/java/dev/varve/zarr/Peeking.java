package dev.varve.zarr;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** An iterator whose next item can be looked at before it is taken. One thread. */
final class Peeking<T> {
  private final Iterator<T> items;
  private @Nullable T head;

  Peeking(Iterator<T> items) {
    this.items = items;
    this.head = items.hasNext() ? items.next() : null;
  }

  /** The next item, or null at the end. */
  @Nullable T peek() {
    return head;
  }

  /** Takes the item that {@link #peek} shows. */
  void take() {
    head = items.hasNext() ? items.next() : null;
  }
}
