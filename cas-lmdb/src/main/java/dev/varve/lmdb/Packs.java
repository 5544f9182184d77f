package dev.varve.lmdb;

import dev.varve.error.BackendException;
import dev.varve.hash.ContentHash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads from the packs of a repository. Thread-safe. Keeps up to {@link #MAX_OPEN} of them open.
 *
 * <p>A pack only grows, so what was found in it once stays where it is. An interrupt closes a
 * channel in use, also for others; whoever finds it closed opens the pack again, and the
 * interrupted thread still is so afterwards.
 */
final class Packs implements AutoCloseable {
  private static final int MAX_OPEN = 256;

  /** Through which a heap buffer is filled. The JDK keeps a copy of that size for each thread. */
  private static final int PART = 1 << 17;

  private final Path directory;
  private final Map<Integer, FileChannel> open = new ConcurrentHashMap<>();

  // Guarded by open.
  private boolean closed;

  /** Up to where each pack was seen to reach. */
  private final Map<Integer, Long> lengths = new ConcurrentHashMap<>();

  /** Of the repository in a directory. */
  Packs(Path directory) {
    this.directory = directory;
  }

  Path folder() {
    return LmdbLayout.packs(directory);
  }

  Path path(int pack) {
    return LmdbLayout.pack(directory, pack);
  }

  /** The numbers of all packs, in no order. */
  List<Integer> list() {
    List<Integer> numbers = new ArrayList<>();
    try (DirectoryStream<Path> all =
        Files.newDirectoryStream(folder(), "*" + LmdbLayout.PACK_ENDING)) {
      for (Path each : all) {
        String name = each.getFileName().toString();
        if (name.matches("[0-9a-f]{8}\\.pack")) {
          numbers.add(Integer.parseUnsignedInt(name.substring(0, 8), 16));
        }
      }
    } catch (NoSuchFileException none) {
      return numbers;
    } catch (IOException failed) {
      throw LmdbErrors.of("list packs", folder(), failed);
    }
    return numbers;
  }

  /** Whether the pack of a place is there and reaches so far. */
  boolean holds(PackPlace place) {
    return reaches(place.pack(), place.end());
  }

  /**
   * Whether a value is stored where its row says. The record's header is looked at: where a pack
   * was lost or cut, others may lie now.
   *
   * @param row null where there is none
   */
  boolean holds(ContentHash hash, byte @Nullable [] row) {
    PackPlace place = row == null ? null : PackPlace.find(hash, row).orElse(null);
    if (place == null || !holds(place)) {
      return false;
    }
    PackPlace before =
        new PackPlace(place.pack(), place.offset() - PackRecord.HEADER, PackRecord.HEADER);
    ByteBuffer header = ByteBuffer.allocate(PackRecord.HEADER);
    return before.offset() >= 0
        && read(before, 0, header) == PackRecord.HEADER
        && PackRecord.at(header, 0)
            .filter(found -> found.equals(new PackRecord(hash, place.length())))
            .isPresent();
  }

  private boolean reaches(int pack, long end) {
    if (lengths.getOrDefault(pack, 0L) >= end) {
      return true;
    }
    long length = path(pack).toFile().length();
    lengths.merge(pack, length, Math::max);
    return length >= end;
  }

  /**
   * Copies bytes of a value.
   *
   * @param position from where in the value
   * @param into is filled from its position on, as far as it has room; its position is unchanged
   * @return how many bytes, less than there is room for where the value ends before; or -1 where
   *     the pack is lost, or was cut before the end of what was asked for
   */
  int read(PackPlace place, long position, ByteBuffer into) {
    long from = Math.min(position, place.length());
    int count = (int) Math.min(into.remaining(), place.length() - from);
    ByteBuffer target = into.duplicate();
    target.limit(target.position() + count);
    boolean interrupted = Thread.interrupted();
    try {
      while (target.hasRemaining()) {
        long at = place.offset() + from + count - target.remaining();
        try {
          FileChannel channel = channel(place.pack());
          if (channel == null || part(channel, target, at) < 0) {
            return -1;
          }
        } catch (ClosedByInterruptException meant) {
          interrupted |= Thread.interrupted();
        } catch (ClosedChannelException another) {
          // Whoever closed it took it out of the way, or is about to.
          Thread.onSpinWait();
        }
      }
      return count;
    } catch (IOException failed) {
      throw LmdbErrors.of("read from a pack", path(place.pack()), failed);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static int part(FileChannel channel, ByteBuffer target, long at) throws IOException {
    if (target.isDirect() || target.remaining() <= PART) {
      return channel.read(target, at);
    }
    int limit = target.limit();
    try {
      return channel.read(target.limit(target.position() + PART), at);
    } finally {
      target.limit(limit);
    }
  }

  /** The pack, open for reading, or null where it is lost. */
  private @Nullable FileChannel channel(int pack) throws IOException {
    FileChannel channel = open.get(pack);
    if (channel != null && channel.isOpen()) {
      return channel;
    }
    synchronized (open) {
      if (closed) {
        throw BackendException.permanent(
            "cannot read from " + path(pack) + ": the repository is closed", null);
      }
      channel = open.get(pack);
      if (channel != null && channel.isOpen()) {
        return channel;
      }
      if (open.size() >= MAX_OPEN) {
        int any = open.keySet().iterator().next();
        FileChannel other = open.remove(any);
        if (other != null) {
          other.close();
        }
      }
      try {
        channel = FileChannel.open(path(pack), StandardOpenOption.READ);
      } catch (NoSuchFileException lost) {
        return null;
      }
      open.put(pack, channel);
      return channel;
    }
  }

  @Override
  public void close() {
    synchronized (open) {
      closed = true;
      for (FileChannel each : open.values()) {
        try {
          each.close();
        } catch (IOException ignored) {
          // It was read only; nothing is lost.
        }
      }
      open.clear();
    }
  }
}
