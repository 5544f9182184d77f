package dev.varve.server;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an answer, one part after the other. One thread at a time; it holds no transaction
 * of any storage between parts, and about two parts of memory unless it says otherwise.
 */
interface Body extends AutoCloseable {
  /** The most bytes of one part. */
  int PART = 256 << 10;

  /** How many bytes come in all, or -1 where that is not known. */
  long length();

  /**
   * The next part, not empty, or null behind the last. What it holds was proved before.
   *
   * @throws dev.varve.error.StoreException where the bytes cannot be read or do not prove true; the
   *     parts given so far are then less than {@link #length()}
   */
  @Nullable ByteBuffer next();

  /** The oldest part given so far that this was not yet told of has left; nobody reads it again. */
  default void sent() {}

  @Override
  default void close() {}

  /** Bytes at hand, which are whole in memory. */
  static Body of(ByteBuffer bytes) {
    ByteBuffer rest = bytes.slice();
    long length = rest.remaining();
    return new Body() {
      @Override
      public long length() {
        return length;
      }

      @Override
      public @Nullable ByteBuffer next() {
        if (!rest.hasRemaining()) {
          return null;
        }
        ByteBuffer part = rest.slice(rest.position(), Math.min(PART, rest.remaining()));
        rest.position(rest.position() + part.remaining());
        return part;
      }
    };
  }

  /** Several bodies in a row, each made when it is its turn. */
  static Body concat(long length, List<Supplier<Body>> bodies) {
    Iterator<Supplier<Body>> all = bodies.iterator();
    return new Body() {
      private final List<Body> begun = new ArrayList<>();
      private final Deque<Body> unsent = new ArrayDeque<>();
      private @Nullable Body current;

      @Override
      public long length() {
        return length;
      }

      @Override
      public @Nullable ByteBuffer next() {
        while (true) {
          if (current == null) {
            if (!all.hasNext()) {
              return null;
            }
            current = all.next().get();
            begun.add(current);
          }
          ByteBuffer part = current.next();
          if (part != null) {
            unsent.add(current);
            return part;
          }
          current = null;
        }
      }

      @Override
      public void sent() {
        unsent.remove().sent();
      }

      @Override
      public void close() {
        begun.forEach(Body::close);
      }
    };
  }

  /** A body that does something more when it is closed, once. */
  static Body closing(Body body, Runnable then) {
    return new Body() {
      private boolean closed;

      @Override
      public long length() {
        return body.length();
      }

      @Override
      public @Nullable ByteBuffer next() {
        return body.next();
      }

      @Override
      public void sent() {
        body.sent();
      }

      @Override
      public void close() {
        if (!closed) {
          closed = true;
          body.close();
          then.run();
        }
      }
    };
  }
}
