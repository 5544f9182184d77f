package dev.varve.zarr;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What of an iterator passes a test, found as this one goes. One thread. */
final class Filtered<T> implements Iterator<T> {
  private final Iterator<T> all;
  private final Predicate<T> wanted;
  private @Nullable T found;

  Filtered(Iterator<T> all, Predicate<T> wanted) {
    this.all = all;
    this.wanted = wanted;
  }

  @Override
  public boolean hasNext() {
    while (found == null && all.hasNext()) {
      T next = all.next();
      if (wanted.test(next)) {
        found = next;
      }
    }
    return found != null;
  }

  @Override
  public T next() {
    T next = hasNext() ? found : null;
    if (next == null) {
      throw new NoSuchElementException();
    }
    found = null;
    return next;
  }
}
