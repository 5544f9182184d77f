package dev.varve.reliability.disk;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The bytes of a file: those that are certain, and the writes since. */
final class DiskFile {
  private static final int SECTOR = 512;

  private byte[] settled = new byte[0];
  private int size;
  private final List<Operation> pending = new ArrayList<>();

  /** What was complete before this moment is durable. */
  private long synced = Long.MIN_VALUE;

  void begin(Operation change) {
    pending.add(change);
  }

  void sync(long moment) {
    synced = Math.max(synced, moment);
  }

  private boolean certain(Operation change, long now) {
    return change.end() <= synced
        || change instanceof Operation.Write write && write.durable() && write.end() <= now;
  }

  private long now;

  /** Takes over what is certain, as far as nothing uncertain came before it. */
  void settle(long moment) {
    now = moment;
    int sure = 0;
    while (sure < pending.size() && certain(pending.get(sure), now)) {
      sure++;
    }
    for (Operation each : pending.subList(0, sure)) {
      size = sizeAfter(each, size);
      if (size > settled.length) {
        settled = Arrays.copyOf(settled, Math.max(size, settled.length * 3 / 2));
      }
      if (each instanceof Operation.Write write) {
        System.arraycopy(write.bytes(), 0, settled, (int) write.at(), write.bytes().length);
      } else {
        Arrays.fill(settled, size, settled.length, (byte) 0);
      }
    }
    pending.subList(0, sure).clear();
  }

  private static int sizeAfter(Operation change, int before) {
    return change instanceof Operation.Write write
        ? Math.toIntExact(Math.max(before, write.at() + write.bytes().length))
        : Math.toIntExact(((Operation.Resize) change).size());
  }

  int pending() {
    return pending.size();
  }

  /** The bytes that an image has. */
  byte[] choose(Survival survival) {
    if (pending.isEmpty()) {
      return Arrays.copyOf(settled, size);
    }
    // Zeros are what a file has where its length is on the disk and its bytes are not.
    int longest = size;
    int after = size;
    List<Operation> resizing = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>(List.of(size));
    int least = 0;
    for (Operation each : pending) {
      int next = sizeAfter(each, after);
      if (next != after) {
        resizing.add(each);
        sizes.add(next);
        least = certain(each, now) ? sizes.size() - 1 : least;
      }
      after = next;
      longest = Math.max(longest, after);
    }
    byte[] bytes = Arrays.copyOf(settled, longest);
    Map<Integer, List<Operation.Write>> sectors = new HashMap<>();
    for (Operation each : pending) {
      if (each instanceof Operation.Write write && write.bytes().length > 0) {
        int last = (int) ((write.at() + write.bytes().length - 1) / SECTOR);
        for (int sector = (int) (write.at() / SECTOR); sector <= last; sector++) {
          sectors.computeIfAbsent(sector, number -> new ArrayList<>()).add(write);
        }
      }
    }
    sectors.forEach((sector, writes) -> fill(bytes, sector, writes, survival));
    return Arrays.copyOf(bytes, sizes.get(survival.version(resizing, least)));
  }

  private void fill(byte[] bytes, int sector, List<Operation.Write> writes, Survival survival) {
    int least = 0;
    for (int i = 0; i < writes.size(); i++) {
      least = certain(writes.get(i), now) ? i + 1 : least;
    }
    int version = survival.version(writes, least);
    for (Operation.Write write : writes.subList(0, version)) {
      int from = (int) Math.max(write.at(), (long) sector * SECTOR);
      int to = (int) Math.min(write.at() + write.bytes().length, (long) (sector + 1) * SECTOR);
      System.arraycopy(write.bytes(), (int) (from - write.at()), bytes, from, to - from);
    }
  }
}
