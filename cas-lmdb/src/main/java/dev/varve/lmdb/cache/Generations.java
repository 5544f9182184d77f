package dev.varve.lmdb.cache;

import dev.varve.error.CorruptDataException;
import dev.varve.error.NotFoundException;
import dev.varve.error.StoreException;
import dev.varve.lmdb.LmdbBackend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The folders of a cache, each an LMDB environment, named so that the newest sorts last. Only the
 * newest is written; when it is full a new one is begun and the oldest is removed, in one step. So
 * nothing is ever removed from a file. Thread-safe, and safe between processes: what changes the
 * folders holds the lock of {@link #LOCK}. Others may delete anything at any time.
 */
final class Generations {
  /** How many there are at most; each holds this part of the bytes allowed. */
  static final int COUNT = 4;

  static final String LOCK = "lock";
  private static final String PREFIX = "gen-";
  private static final String DEAD = "dead-";
  private static final String DATA = "data.mdb";

  /** A process may hold a file's lock once; and closing any channel of it drops the lock. */
  private static final Object PROCESS = new Object();

  private static final AtomicLong NAMES = new AtomicLong(System.nanoTime());

  private final Path directory;
  private final CacheSettings settings;

  // Guarded by this.
  private final Map<String, LmdbBackend> open = new HashMap<>();
  private List<String> known = List.of();
  private boolean closed;

  Generations(Path directory, CacheSettings settings) {
    this.directory = directory;
    this.settings = settings;
  }

  /** A generation, open for use. */
  record Generation(String name, LmdbBackend store, boolean old) {}

  /** What there was when it was last looked, newest first; those that cannot be used left out. */
  synchronized List<Generation> newestFirst() {
    if (known.isEmpty()) {
      refresh();
    }
    List<Generation> found = new ArrayList<>();
    for (int i = known.size() - 1; i >= 0; i--) {
      LmdbBackend store = open.get(known.get(i));
      if (store != null) {
        found.add(new Generation(known.get(i), store, known.size() - i > COUNT / 2));
      }
    }
    return found;
  }

  /**
   * Runs a write on the newest generation, after making room; others' writes wait.
   *
   * @throws IOException where the folders cannot be read or changed
   * @throws StoreException where LMDB refuses
   */
  void write(Consumer<LmdbBackend> body) throws IOException {
    locked(() -> body.accept(writable()));
  }

  /** Takes a generation away for good: it is damaged. Never fails. */
  void retire(String name) {
    try {
      locked(
          () -> {
            remove(name);
            refresh();
          });
    } catch (IOException | RuntimeException still) {
      // It cannot be taken away, or somebody else did; this process looks at it no more.
      forget(name);
    }
  }

  /** Takes the generation away that could not be written; none where it never came to that. */
  void retireNewest(List<LmdbBackend> written) {
    String failed = "";
    synchronized (this) {
      for (Map.Entry<String, LmdbBackend> each : open.entrySet()) {
        if (written.contains(each.getValue())) {
          failed = each.getKey();
        }
      }
    }
    if (!failed.isEmpty()) {
      retire(failed);
    }
  }

  private synchronized void forget(String name) {
    LmdbBackend store = open.remove(name);
    if (store != null) {
      store.close();
    }
    known = known.stream().filter(each -> !each.equals(name)).toList();
  }

  private interface Step {
    void run() throws IOException;
  }

  private void locked(Step step) throws IOException {
    synchronized (PROCESS) {
      Files.createDirectories(directory);
      // Opened anew each time: the folder may have been deleted and made again.
      try (FileChannel channel =
              FileChannel.open(
                  directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock held = channel.lock()) {
        if (held.isValid()) {
          step.run();
        }
      }
    }
  }

  private synchronized LmdbBackend writable() throws IOException {
    refresh();
    String newest = known.isEmpty() ? "" : known.get(known.size() - 1);
    LmdbBackend store = open.get(newest);
    if (store != null && size(newest) < settings.full()) {
      return store;
    }
    sweep();
    List<String> left = list();
    for (int i = 0; i + COUNT <= left.size(); i++) {
      remove(left.get(i));
    }
    long number = newest.isEmpty() ? 1 : 1 + number(newest);
    String next = String.format(Locale.ROOT, "%s%016x-%x", PREFIX, number, NAMES.incrementAndGet());
    if (closed) {
      throw new IOException("the cache was closed");
    }
    LmdbBackend made = LmdbBackend.createWithoutPacks(directory.resolve(next));
    open.put(next, made);
    known = list();
    return made;
  }

  private static long number(String name) {
    return Long.parseUnsignedLong(
        name.substring(PREFIX.length(), PREFIX.length() + Long.BYTES * 2), 16);
  }

  private long size(String name) throws IOException {
    try {
      return Files.size(directory.resolve(name).resolve(DATA));
    } catch (NoSuchFileException deleted) {
      return Long.MAX_VALUE;
    }
  }

  /** Looks at the folders again: closes what is gone, opens what is new. */
  private synchronized void refresh() {
    List<String> there;
    try {
      there = list();
    } catch (IOException unreadable) {
      there = List.of();
    }
    for (String name : Set.copyOf(open.keySet())) {
      if (!there.contains(name)) {
        forget(name);
      }
    }
    for (String name : there) {
      if (!open.containsKey(name) && !closed) {
        open(name);
      }
    }
    known = there;
  }

  private void open(String name) {
    try {
      open.put(name, LmdbBackend.open(directory.resolve(name)));
    } catch (CorruptDataException | NotFoundException unusable) {
      // Damaged, or its creation did not come to an end. Whoever writes next takes it away.
      discard(name);
    } catch (StoreException refused) {
      // Not to be used from here: a network file system, or no rights. Others may.
    }
  }

  /** Marks a generation as one to remove, without the lock: a rename is one step. */
  private void discard(String name) {
    try {
      Files.move(directory.resolve(name), directory.resolve(DEAD + name));
    } catch (IOException taken) {
      // Somebody else did, or nobody may; it stays unread.
    }
  }

  private void remove(String name) throws IOException {
    forget(name);
    discard(name);
    sweep();
  }

  private void sweep() throws IOException {
    List<Path> dead = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(directory, DEAD + "*")) {
      all.forEach(dead::add);
    }
    dead.forEach(Generations::delete);
  }

  /** Best effort: where a file is in use and cannot be deleted, the next sweep tries again. */
  private static void delete(Path folder) {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(folder)) {
      all = new ArrayList<>(walk.toList());
    } catch (IOException | UncheckedIOException gone) {
      return;
    }
    Collections.reverse(all);
    for (Path each : all) {
      try {
        Files.deleteIfExists(each);
      } catch (IOException inUse) {
        return;
      }
    }
  }

  private List<String> list() throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(directory, PREFIX + "*-*")) {
      for (Path each : all) {
        String name = each.getFileName().toString();
        if (name.matches(PREFIX + "[0-9a-f]{16}-[0-9a-f]+")) {
          names.add(name);
        }
      }
    } catch (NoSuchFileException none) {
      return List.of();
    }
    Collections.sort(names);
    return names;
  }

  synchronized void close() {
    closed = true;
    known = List.of();
    open.values().forEach(LmdbBackend::close);
    open.clear();
  }
}
