package dev.varve.lmdb;

import dev.varve.hash.ContentHash;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The end of the pack that this process appends to. One thread, which writes; {@link PackSync} has
 * another, which syncs.
 *
 * <ul>
 *   <li>A pack belongs to the process that holds the lock on its byte of {@code packs/lock}, until
 *       that ends: nobody else appends to it. Other processes take other packs.
 *   <li>What is in a pack is never written again. Each group begins at a page of its own after the
 *       end of the file, so that no sector with anything durable in it is written a second time.
 *       What a crash left there, which no row names, stays and costs its room.
 *   <li>A group has its places only after one {@code fdatasync} of its bytes; the folder was synced
 *       when the pack was taken. So rows may name them.
 *   <li>A pack whose sync failed is not appended to any more: nobody knows what of it is kept.
 * </ul>
 */
final class PackTail {
  private static final int PAGE = 1 << 12;

  /** Through which values are written, in bytes. */
  private static final int STAGE = 1 << 22;

  private final Packs packs;
  private final long packBytes;
  private final PackSync syncs;
  private final Set<Integer> given = new HashSet<>();
  private @Nullable RandomAccessFile locks;
  private @Nullable ByteBuffer stage;
  private @Nullable PackClaim claim;

  /** Where the claimed pack ends, if nobody else appends to it. */
  private long end;

  PackTail(Packs packs, PackSync syncs, long packBytes) {
    this.packs = packs;
    this.syncs = syncs;
    this.packBytes = packBytes;
  }

  /**
   * Writes a group and hands it on, to be synced and told its places. Nothing is told where this
   * throws.
   */
  void append(List<PackAppend> group) throws IOException {
    PackClaim own = claim();
    long before = end;
    List<Map<ContentHash, PackPlace>> places = new ArrayList<>();
    boolean written = false;
    try {
      long at = (before + PAGE - 1) / PAGE * PAGE;
      ByteBuffer buffer = buffer();
      for (PackAppend each : group) {
        Map<ContentHash, PackPlace> found = new LinkedHashMap<>();
        for (Map.Entry<ContentHash, ByteBuffer> value : each.values().entrySet()) {
          at = pad(own.channel(), buffer, at);
          ByteBuffer bytes = value.getValue().duplicate();
          PackRecord record = new PackRecord(value.getKey(), bytes.remaining());
          if (buffer.remaining() < PackRecord.HEADER) {
            drain(own.channel(), buffer, at);
          }
          record.write(buffer);
          at += PackRecord.HEADER;
          found.put(record.hash(), new PackPlace(own.pack(), at, record.length()));
          at = write(own.channel(), buffer, at, bytes);
        }
        places.add(found);
      }
      drain(own.channel(), buffer, at);
      end = at;
      written = true;
    } finally {
      if (!written) {
        giveBack(own, before);
      }
    }
    syncs.submit(new PackSync.Written(own, end, group, places));
  }

  /** Zeros up to where the next header stands. {@code at} is where the buffer's end will be. */
  private static long pad(FileChannel channel, ByteBuffer buffer, long at) throws IOException {
    int zeros = (int) (PackRecord.next(at) - at);
    if (buffer.remaining() < zeros) {
      drain(channel, buffer, at);
    }
    buffer.put(new byte[zeros]);
    return at + zeros;
  }

  private static long write(FileChannel channel, ByteBuffer buffer, long at, ByteBuffer bytes)
      throws IOException {
    long end = at;
    while (bytes.hasRemaining()) {
      if (!buffer.hasRemaining()) {
        drain(channel, buffer, end);
      }
      int count = Math.min(bytes.remaining(), buffer.remaining());
      buffer.put(bytes.slice(bytes.position(), count));
      bytes.position(bytes.position() + count);
      end += count;
    }
    return end;
  }

  /** Writes what the buffer holds, which ends at {@code end}. */
  private static void drain(FileChannel channel, ByteBuffer buffer, long end) throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      channel.write(buffer, end - buffer.remaining());
    }
    buffer.clear();
  }

  private ByteBuffer buffer() {
    if (stage == null) {
      stage = ByteBuffer.allocateDirect(STAGE);
    }
    return stage.clear();
  }

  /** Gives back the room of a group that no row names and none will. */
  private void giveBack(PackClaim own, long before) {
    try {
      own.channel().truncate(before);
    } catch (IOException stays) {
      // It costs room only, but where the pack ends is no more as we know it.
      leave(own);
    }
  }

  /** Leaves a pack to others, after all that was written to it was synced, or was not for good. */
  private void leave(PackClaim own) {
    syncs.drain();
    if (own.lost()) {
      own.cutUnsynced();
    }
    own.release();
    claim = null;
  }

  /**
   * The pack that is appended to: the last one, or another where that is full or was lost in a
   * sync; also where it has another length than we gave it, for then the file of locks was deleted
   * and somebody else took the pack as well.
   */
  private PackClaim claim() throws IOException {
    if (claim != null && (end >= packBytes || claim.lost() || claim.channel().size() != end)) {
      leave(claim);
    }
    if (claim == null) {
      PackClaim taken = take();
      end = taken.channel().size();
      claim = taken;
    }
    return claim;
  }

  private PackClaim take() throws IOException {
    Path folder = packs.folder();
    Files.createDirectories(folder);
    ValueFiles.sync(folder.getParent());
    if (locks == null) {
      // Opened once and closed at the end: closing any other handle on it would drop its locks.
      locks = new RandomAccessFile(folder.resolve(LmdbLayout.LOCKS).toFile(), "rw");
    }
    List<Integer> known = new ArrayList<>(packs.list());
    known.sort(Comparator.reverseOrder());
    int newest = known.isEmpty() ? 0 : known.get(0);
    PackClaim found = null;
    for (int i = 0; i < known.size() && found == null; i++) {
      found = takeExisting(locks, known.get(i));
    }
    for (int pack = newest + 1; found == null; pack++) {
      found = takeNew(locks, pack);
    }
    // Also where the pack was there: who made it may have died before its name was durable.
    ValueFiles.sync(folder);
    return found;
  }

  private @Nullable PackClaim takeExisting(RandomAccessFile file, int pack) throws IOException {
    Path path = packs.path(pack);
    // Not the same twice: it may be the one whose sync failed.
    if (path.toFile().length() >= packBytes || given.contains(pack)) {
      return null;
    }
    return take(file, pack, StandardOpenOption.WRITE);
  }

  private @Nullable PackClaim takeNew(RandomAccessFile file, int pack) throws IOException {
    try {
      return take(file, pack, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    } catch (FileAlreadyExistsException raced) {
      return null;
    }
  }

  private @Nullable PackClaim take(RandomAccessFile file, int pack, StandardOpenOption... options)
      throws IOException {
    FileLock lock = lock(file, pack);
    if (lock == null) {
      return null;
    }
    FileChannel channel = null;
    try {
      channel = FileChannel.open(packs.path(pack), options);
      given.add(pack);
      return new PackClaim(pack, channel, lock, channel.size());
    } finally {
      if (channel == null) {
        lock.release();
      }
    }
  }

  private static @Nullable FileLock lock(RandomAccessFile file, int pack) throws IOException {
    try {
      return file.getChannel().tryLock(pack, 1, false);
    } catch (OverlappingFileLockException ours) {
      return null;
    }
  }

  /** Leaves the pack to others. */
  void close() {
    syncs.close();
    if (claim != null) {
      leave(claim);
    }
    try {
      if (locks != null) {
        locks.close();
      }
    } catch (IOException left) {
      // It goes with the process at the latest.
    }
  }
}
