package dev.varve.reliability;

import dev.varve.Varve;
import dev.varve.error.BackendException;
import dev.varve.error.NotFoundException;
import dev.varve.error.StoreException;
import dev.varve.hash.ContentHash;
import dev.varve.ref.RefName;
import dev.varve.ref.RefRecord;
import dev.varve.ref.RefRecordCodec;
import dev.varve.tree.Key;
import dev.varve.tree.KeyEntry;
import dev.varve.version.Logged;
import dev.varve.version.Repository;
import dev.varve.version.Snapshot;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** All that a repository holds, read in pieces, to be compared with what it gives after damage. */
final class Truth {
  private final Map<RefName, List<ByteBuffer>> logs = new TreeMap<>();
  private final Map<ContentHash, SortedMap<String, String>> commits = new TreeMap<>();
  private final ByteBuffer config;
  private final ContentHash head;
  private final Map<ReadPath, SortedMap<String, String>> paths = new EnumMap<>(ReadPath.class);

  /** Reads everything. */
  Truth(Repository repository) throws IOException {
    Path scratch = Files.createTempDirectory("varve-truth");
    head = repository.resolve("main");
    for (ReadPath path : ReadPath.values()) {
      paths.put(path, path.read(repository, head, scratch));
    }
    Files.delete(scratch);
    config = repository.config().encode();
    Set<ContentHash> roots = new HashSet<>();
    for (RefName.Kind kind : RefName.Kind.values()) {
      for (RefRecord record : repository.backend().refs().list(kind)) {
        logs.put(record.name(), log(repository, record.name()));
        roots.addAll(repository.refs().roots(record.name()));
      }
    }
    Iterator<Logged> history = repository.history(roots);
    while (history.hasNext()) {
      ContentHash commit = history.next().id();
      commits.put(commit, contents(repository.snapshot(commit)));
    }
  }

  /** What reading gives after damage, the worst last. */
  enum Reading {
    /** Everything as it was. */
    TRUE,
    /** Some of it was refused, and nothing was wrong. */
    REFUSED,
    /** Something was told to be absent that was there; a check must tell otherwise. */
    ABSENT,
    /** Something else was given as if it were true. */
    WRONG
  }

  /** Reads all again, and key by key what cannot be read as a whole. */
  Reading compare(Repository repository) {
    List<Reading> all = new ArrayList<>();
    all.add(one(() -> repository.config().encode().equals(config)));
    logs.forEach((name, log) -> all.add(one(() -> log(repository, name).equals(log))));
    commits.forEach(
        (id, contents) -> {
          Reading whole = one(() -> contents(repository.snapshot(id)).equals(contents));
          all.add(whole);
          if (whole != Reading.TRUE) {
            contents.forEach(
                (key, digest) -> all.add(one(() -> digest(repository, id, key).equals(digest))));
          }
        });
    return all.stream().max(Reading::compareTo).orElseThrow();
  }

  /**
   * Reads the head of main in every public way, each with a repository that was opened for it.
   *
   * @param scratch an empty folder
   * @param serve whether over HTTP, too
   */
  Reading comparePaths(Path place, Path scratch, boolean serve) throws IOException {
    Reading worst = Reading.TRUE;
    for (ReadPath path : ReadPath.values()) {
      if (path == ReadPath.SERVE && !serve) {
        continue;
      }
      Path own = Files.createDirectory(scratch.resolve(path.name()));
      Reading reading =
          one(
              () -> {
                try (Repository opened = Varve.open(place)) {
                  return path.read(opened, head, own).equals(paths.get(path));
                } catch (IOException refused) {
                  throw BackendException.permanent("cannot read", refused);
                }
              });
      try (Stream<Path> left = Files.list(own)) {
        if (left.findAny().isPresent()) {
          throw new IllegalStateException(path + " leaves something behind");
        }
      }
      if (reading == Reading.WRONG) {
        System.out.println("wrong by " + path);
      }
      worst = worst.compareTo(reading) > 0 ? worst : reading;
    }
    return worst;
  }

  private static Reading one(BooleanSupplier same) {
    try {
      return same.getAsBoolean() ? Reading.TRUE : Reading.WRONG;
    } catch (NotFoundException absent) {
      return Reading.ABSENT;
    } catch (StoreException refused) {
      return Reading.REFUSED;
    }
  }

  private static List<ByteBuffer> log(Repository repository, RefName name) {
    if (repository.backend().refs().read(name).isEmpty()) {
      throw new NotFoundException("no ref " + name);
    }
    List<ByteBuffer> log = new ArrayList<>();
    repository.refs().log(name).forEachRemaining(record -> log.add(RefRecordCodec.encode(record)));
    return log;
  }

  private static SortedMap<String, String> contents(Snapshot snapshot) {
    SortedMap<String, String> contents = new TreeMap<>();
    for (Iterator<KeyEntry> all = snapshot.entries(""); all.hasNext(); ) {
      Key key = all.next().key();
      contents.put(key.toString(), digest(snapshot, key));
    }
    return contents;
  }

  private static String digest(Repository repository, ContentHash commit, String key) {
    return digest(repository.snapshot(commit), Key.of(key));
  }

  private static String digest(Snapshot snapshot, Key key) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
        snapshot.copy(key, snapshot.entry(key).orElseThrow(), out);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException | IOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
