package dev.varve.reliability.disk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A disk that may lose whatever was not synced. One thread.
 *
 * <p>It is led through a journal from moment to moment. At each it knows what was begun, what was
 * synced, and can write out a folder as it may be found if the power goes now: every sector of 512
 * bytes, every length of a file and every name in a folder on its own is in a state that it had
 * since its last sync. Only this is taken for granted: a sector is written whole, and an entry that
 * was renamed is under one of its names at least.
 */
public final class Disk {
  /** A file whose bytes never matter: they are written through a map, and random in an image. */
  static final String LOCK = "lock.mdb";

  private final Journal journal;
  private final SortedMap<Integer, DiskFile> files = new TreeMap<>();
  private final SortedMap<Integer, DiskFolder> folders = new TreeMap<>();
  private final List<Operation.Rename> renames = new ArrayList<>();
  private final List<Operation.Sync> syncs = new ArrayList<>();
  private int begun;

  /** An empty disk, before anything of the journal. */
  public Disk(Journal journal) {
    this.journal = journal;
    folders.put(0, new DiskFolder());
  }

  /**
   * The moments at which something begins or is complete, in order: between two of them the disk
   * does not change.
   */
  public List<Long> moments() {
    return journal.operations().stream()
        .filter(each -> !(each instanceof Operation.Printed))
        .flatMap(each -> java.util.stream.Stream.of(each.start() + 1, each.end()))
        .sorted()
        .distinct()
        .toList();
  }

  /** What all processes had begun to print by a moment. */
  public List<String> printed(long moment) {
    Map<Integer, StringBuilder> texts = new TreeMap<>();
    for (Operation each : journal.operations()) {
      if (each instanceof Operation.Printed printed && printed.start() < moment) {
        texts
            .computeIfAbsent(printed.process(), process -> new StringBuilder())
            .append(printed.text());
      }
    }
    return texts.values().stream().flatMap(text -> text.toString().lines()).toList();
  }

  /** Goes on to a moment, not before the last one. */
  public void advance(long moment) {
    List<Operation> all = journal.operations();
    while (begun < all.size() && all.get(begun).start() < moment) {
      begin(all.get(begun++));
    }
    syncs.removeIf(
        sync -> {
          boolean over = sync.end() <= moment;
          if (over) {
            synced(sync);
          }
          return over;
        });
    files.values().forEach(file -> file.settle(moment));
    folders.values().forEach(DiskFolder::settle);
  }

  private void begin(Operation operation) {
    if (operation instanceof Operation.Write write) {
      file(write.inode()).begin(write);
    } else if (operation instanceof Operation.Resize resize) {
      file(resize.inode()).begin(resize);
    } else if (operation instanceof Operation.Name name) {
      folder(name.folder()).begin(name);
    } else if (operation instanceof Operation.Rename rename) {
      folder(rename.gone().folder()).begin(rename.gone());
      folder(rename.come().folder()).begin(rename.come());
      renames.add(rename);
    } else if (operation instanceof Operation.Sync sync) {
      syncs.add(sync);
    }
  }

  private void synced(Operation.Sync sync) {
    if (isFolder(sync.inode())) {
      folder(sync.inode()).sync(sync.start());
    } else {
      file(sync.inode()).sync(sync.start());
    }
  }

  private DiskFile file(int inode) {
    return files.computeIfAbsent(inode, number -> new DiskFile());
  }

  private DiskFolder folder(int inode) {
    return folders.computeIfAbsent(inode, number -> new DiskFolder());
  }

  /** How many operations may be lost now. */
  public int pending() {
    return files.values().stream().mapToInt(DiskFile::pending).sum()
        + folders.values().stream().mapToInt(DiskFolder::pending).sum();
  }

  /**
   * Writes out what may be found if the power goes now.
   *
   * @param target an empty folder, which becomes the root
   */
  public void write(Path target, Survival.Kind kind, Random random) {
    Survival survival = new Survival(kind, random, pending());
    Map<Integer, Map<String, Integer>> trees = new HashMap<>();
    folders.forEach((inode, folder) -> trees.put(inode, folder.choose(survival)));
    // What was renamed has gone from its old place only if it has come to the new one.
    for (Operation.Rename rename : renames) {
      Operation.Name gone = rename.gone();
      Operation.Name come = rename.come();
      if (folder(gone.folder()).shows(gone) && !folder(come.folder()).shows(come)) {
        folder(come.folder()).show(come, trees.get(come.folder()));
      }
    }
    try {
      write(target, 0, trees, survival, random);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private void write(
      Path target,
      int folder,
      Map<Integer, Map<String, Integer>> trees,
      Survival survival,
      Random random)
      throws IOException {
    for (Map.Entry<String, Integer> entry : trees.getOrDefault(folder, Map.of()).entrySet()) {
      Path path = target.resolve(entry.getKey());
      int inode = entry.getValue();
      if (isFolder(inode)) {
        Files.createDirectory(path);
        write(path, inode, trees, survival, random);
      } else {
        byte[] bytes = file(inode).choose(survival);
        if (entry.getKey().equals(LOCK)) {
          random.nextBytes(bytes);
        }
        Files.write(path, bytes);
      }
    }
  }

  private boolean isFolder(int inode) {
    return folders.containsKey(inode) || journal.isFolder(inode);
  }
}
