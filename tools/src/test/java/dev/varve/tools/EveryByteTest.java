package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.Varve;
import dev.varve.check.CheckScope;
import dev.varve.check.RepositoryCheck;
import dev.varve.error.StoreException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.lmdb.LmdbBackend;
import dev.varve.ref.RefRecordCodec;
import dev.varve.tree.Key;
import dev.varve.tree.KeyEntry;
import dev.varve.version.CommitInfo;
import dev.varve.version.Repository;
import dev.varve.version.Snapshot;
import dev.varve.version.Transaction;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Flips every byte of every object of a small repository, where it stands in the database file, one
 * at a time. A copy may stand in a page that is free by now; so for each object some copy must be
 * found out in every byte, and no copy may ever change what is read.
 */
class EveryByteTest {
  @Test
  void everyFlippedByteOfEveryObjectIsFoundAndNoneIsReadAsData(@TempDir Path folder)
      throws IOException {
    Path path = folder.resolve("small");
    Map<String, byte[]> objects = fill(path);
    SortedMap<String, String> truth = contents(path);
    Path file = path.resolve("data.mdb");
    for (Map.Entry<String, byte[]> object : objects.entrySet()) {
      byte[] bytes = object.getValue();
      List<Long> places = places(Files.readAllBytes(file), bytes);
      assertThat(places).as(object.getKey()).isNotEmpty();
      boolean[] found = new boolean[bytes.length];
      for (long place : places) {
        for (int i = 0; i < bytes.length; i++) {
          flip(file, place + i);
          found[i] |= isFound(path, truth);
          flip(file, place + i);
        }
      }
      for (int i = 0; i < bytes.length; i++) {
        assertThat(found[i]).as("byte %d of %s", i, object.getKey()).isTrue();
      }
    }
    assertThat(isFound(path, truth)).isFalse();
  }

  private static Map<String, byte[]> fill(Path path) {
    Map<String, byte[]> objects = new LinkedHashMap<>();
    try (Repository repository = Varve.create(path, HashAlgorithm.SHA256)) {
      try (Transaction edits = repository.begin("main")) {
        edits.put(Key.of("air/zarr.json"), bytes("{\"zarr_format\":3,\"node_type\":\"group\"}"));
        edits.put(Key.of("air/c/0"), bytes("the first chunk of all, in words"));
        edits.put(Key.of("air/c/1"), bytes("the second chunk, in other words"));
        edits.commit(CommitInfo.of("three keys"));
      }
      Snapshot head = repository.snapshot("main");
      object(repository, objects, "commit", head.id());
      object(repository, objects, "documents node", head.manifest().meta());
      object(repository, objects, "chunks node", head.manifest().chunks());
      for (Iterator<KeyEntry> all = head.entries("air/c"); all.hasNext(); ) {
        KeyEntry each = all.next();
        object(repository, objects, each.key().toString(), head.hashOf(each.entry()));
      }
      objects.put(
          "ref",
          array(
              RefRecordCodec.encode(
                  repository.refs().list(dev.varve.ref.RefName.Kind.HEADS).get(0).record())));
      objects.put("configuration", array(repository.config().encode()));
    }
    return objects;
  }

  private static void object(
      Repository repository, Map<String, byte[]> objects, String name, ContentHash hash) {
    objects.put(name, array(repository.blobs().get(name, hash, 1 << 16)));
  }

  private static boolean isFound(Path path, SortedMap<String, String> truth) {
    try (Repository repository =
        Varve.open(LmdbBackend.open(path), dev.varve.version.Environment.system())) {
      Optional<SortedMap<String, String>> read = read(repository);
      read.ifPresent(contents -> assertThat(contents).isEqualTo(truth));
      List<String> findings = new ArrayList<>();
      new RepositoryCheck(repository, 1, finding -> findings.add(finding.object()))
          .run(CheckScope.EVERYTHING);
      return !findings.isEmpty();
    } catch (StoreException refused) {
      return true;
    }
  }

  private static Optional<SortedMap<String, String>> read(Repository repository) {
    try {
      return Optional.of(contents(repository.snapshot("main")));
    } catch (StoreException refused) {
      return Optional.empty();
    }
  }

  private static SortedMap<String, String> contents(Path path) {
    try (Repository repository = Varve.open(path)) {
      return contents(repository.snapshot("main"));
    }
  }

  private static SortedMap<String, String> contents(Snapshot snapshot) {
    SortedMap<String, String> contents = new TreeMap<>();
    snapshot
        .entries("")
        .forEachRemaining(
            e ->
                contents.put(
                    e.key().toString(),
                    StandardCharsets.UTF_8.decode(snapshot.value(e.key(), e.entry())).toString()));
    return contents;
  }

  private static List<Long> places(byte[] file, byte[] wanted) {
    List<Long> places = new ArrayList<>();
    for (int i = 0; i + wanted.length <= file.length; i++) {
      if (Arrays.equals(file, i, i + wanted.length, wanted, 0, wanted.length)) {
        places.add((long) i);
      }
    }
    return places;
  }

  private static void flip(Path file, long position) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.seek(position);
      int old = open.read();
      open.seek(position);
      open.write(old ^ 0x10);
    }
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] array(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }
}
