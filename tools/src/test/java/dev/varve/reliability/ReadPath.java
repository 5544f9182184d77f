package dev.varve.reliability;

import dev.varve.blob.Blobs;
import dev.varve.error.BackendException;
import dev.varve.error.CorruptDataException;
import dev.varve.error.NotFoundException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.memory.MemoryBackend;
import dev.varve.server.ZarrServer;
import dev.varve.sync.Sync;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.tree.NodeVisitor;
import dev.varve.version.Listed;
import dev.varve.version.Logged;
import dev.varve.version.Part;
import dev.varve.version.Repository;
import dev.varve.version.Snapshot;
import dev.varve.version.Transaction;
import dev.varve.version.View;
import dev.varve.zarr.Exporter;
import dev.varve.zarr.SnapshotStore;
import dev.varve.zarr.TransactionStore;
import dev.varve.zarr.TransferProgress;
import dev.varve.zarr.ZarrDiff;
import dev.varve.zarr.ZarrPath;
import dev.varve.zarr.ZarrTree;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The public ways to read a commit, each to its end. What one gives, in short, must be the same
 * before and after damage, or be refused with a {@link dev.varve.error.StoreException}.
 */
enum ReadPath {
  GET {
    @Override
    SortedMap<String, String> read(Repository repository, ContentHash commit, Path scratch) {
      return each(
          repository.snapshot(commit), (view, key, entry) -> view.get(key).orElseThrow(), true);
    }
  },
  VALUE {
    @Override
    SortedMap<String, String> read(Repository repository, ContentHash commit, Path scratch) {
      return each(repository.snapshot(commit), View::value, true);
    }
  },
  COPY {
    @Override
    SortedMap<String, String> read(Repository repository, ContentHash commit, Path scratch) {
      return each(
          repository.snapshot(commit),
          (view, key, entry) -> {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            view.copy(key, entry, out);
            return ByteBuffer.wrap(out.toByteArray());
          },
          false);
    }
  },
  /** Twice: the first part proves the whole, the second is checked by what that left behind. */
  RANGE {
    @Override
    SortedMap<String, String> read(Repository repository, ContentHash commit, Path scratch) {
      return each(repository.snapshot(commit), ReadPath::inRanges, false);
    }
  },
  SOURCE {
    @Override
    SortedMap<String, String> read(Repository repository, ContentHash commit, Path scratch) {
      return each(
          repository.snapshot(commit),
          (view, key, entry) -> {
            if (!(entry instanceof Entry.Blob blob)) {
              return view.value(key, entry);
            }
            try (InputStream in = repository.blobs().source("value", blob.hash()).open()) {
              return ByteBuffer.wrap(in.readAllBytes());
            }
          },
          false);
    }
  },
  TRANSACTION {
    @Override
    SortedMap<String, String> read(Repository repository, ContentHash commit, Path scratch) {
      try (Transaction edits = repository.begin("unborn", commit)) {
        return each(edits, ReadPath::inRanges, false);
      }
    }
  },
  STORE {
    @Override
    SortedMap<String, String> read(Repository repository, ContentHash commit, Path scratch) {
      SnapshotStore store = new SnapshotStore(repository.snapshot(commit));
      return each(
          repository.snapshot(commit),
          (view, key, entry) -> store.get(new String[] {key.toString()}),
          false);
    }
  },
  STORE_RANGES {
    @Override
    SortedMap<String, String> read(Repository repository, ContentHash commit, Path scratch) {
      try (Transaction edits = repository.begin("unborn", commit)) {
        TransactionStore written = new TransactionStore(edits);
        SnapshotStore store = new SnapshotStore(repository.snapshot(commit));
        return each(
            repository.snapshot(commit),
            (view, key, entry) -> {
              String[] name = {key.toString()};
              long half = entry.length() / 2;
              return joined(
                  entry.length(),
                  store.get(name, 0, half),
                  written.get(name, half - entry.length()));
            },
            false);
      }
    }
  },
  /** Names, totals, nodes and differences, of all levels, without values. */
  STRUCTURE {
    @Override
    SortedMap<String, String> read(Repository repository, ContentHash commit, Path scratch) {
      Snapshot snapshot = repository.snapshot(commit);
      SortedMap<String, String> all = new TreeMap<>();
      list(snapshot, "", all);
      for (Part part : Part.values()) {
        all.put("total " + part, snapshot.totals(part, "").toString());
        snapshot
            .tree(part)
            .walk(
                new byte[0],
                Optional.empty(),
                new NodeVisitor() {
                  @Override
                  public boolean enter(ContentHash node) {
                    all.put("node " + node, part.toString());
                    return true;
                  }

                  @Override
                  public void entry(Key key, Entry entry) {
                    all.put("entry " + key, snapshot.hashOf(entry).toString());
                  }
                });
      }
      all.put("content", repository.contentHash(snapshot, "").toString());
      Iterator<Logged> history = repository.history(List.of(commit));
      while (history.hasNext()) {
        Logged next = history.next();
        all.put("commit " + next.id(), next.commit().message());
        ZarrDiff.run(
            repository,
            repository.snapshot(next.id()),
            snapshot,
            change -> all.merge("since " + next.id(), digest(change.toString()), String::concat));
      }
      new ZarrTree(snapshot)
          .nodes(ZarrPath.ROOT)
          .forEachRemaining(
              node -> all.put("path " + node.path(), node.getClass().getSimpleName()));
      return all;
    }
  },
  EXPORT_FOLDER {
    @Override
    SortedMap<String, String> read(Repository repository, ContentHash commit, Path scratch)
        throws IOException {
      Path folder = scratch.resolve("export");
      exporter(repository).toDirectory(repository.snapshot(commit), ZarrPath.ROOT, folder);
      SortedMap<String, String> all = new TreeMap<>();
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path each : files.filter(Files::isRegularFile).toList()) {
          all.put(folder.relativize(each).toString(), digest(Files.readAllBytes(each)));
        }
      }
      Folders.delete(folder);
      return all;
    }
  },
  EXPORT_ZIP {
    @Override
    SortedMap<String, String> read(Repository repository, ContentHash commit, Path scratch)
        throws IOException {
      Path file = scratch.resolve("export.zip");
      exporter(repository).toZip(repository.snapshot(commit), ZarrPath.ROOT, file);
      SortedMap<String, String> all = new TreeMap<>();
      try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(file))) {
        for (ZipEntry each = zip.getNextEntry(); each != null; each = zip.getNextEntry()) {
          all.put(each.getName(), digest(zip.readAllBytes()));
        }
      }
      Files.delete(file);
      return all;
    }
  },
  CLONE {
    @Override
    SortedMap<String, String> read(Repository repository, ContentHash commit, Path scratch) {
      try (Repository copy = Stores.create(new MemoryBackend(), 9)) {
        new Sync(repository, copy, (objects, bytes) -> {}).run();
        if (!copy.isCommit(commit)) {
          throw new NotFoundException("no ref led to " + commit);
        }
        return COPY.read(copy, commit, scratch);
      } catch (IOException never) {
        throw new IllegalStateException(never);
      }
    }
  },
  SERVE {
    @Override
    SortedMap<String, String> read(Repository repository, ContentHash commit, Path scratch)
        throws IOException {
      try (ZarrServer server = ZarrServer.builder().repository("r", repository).port(0).start()) {
        String root = server.uri() + "r/@" + commit + "/";
        return each(
            repository.snapshot(commit),
            (view, key, entry) -> {
              // The range first: nothing was proved before it.
              ByteBuffer half =
                  http(root + key, "bytes=" + entry.length() / 2 + "-" + (entry.length() - 1));
              ByteBuffer whole = http(root + key, null);
              int from = (int) (entry.length() / 2);
              if (!whole.slice(from, whole.remaining() - from).equals(half)) {
                throw new AssertionError("a range of " + key + " is not of the value");
              }
              return whole;
            },
            false);
      }
    }
  };

  /**
   * Reads everything once.
   *
   * @param scratch an empty folder, which is empty again afterwards unless reading fails
   */
  abstract SortedMap<String, String> read(Repository repository, ContentHash commit, Path scratch)
      throws IOException;

  /** One value. */
  private interface One {
    ByteBuffer of(View view, Key key, Entry entry) throws IOException;
  }

  private static SortedMap<String, String> each(View view, One read, boolean smallOnly) {
    SortedMap<String, String> all = new TreeMap<>();
    view.entries("")
        .forEachRemaining(
            each -> {
              if (smallOnly && each.entry().length() > Blobs.MAX_WHOLE) {
                return;
              }
              try {
                all.put(each.key().toString(), digest(read.of(view, each.key(), each.entry())));
              } catch (IOException failed) {
                throw BackendException.permanent("cannot read " + each.key(), failed);
              }
            });
    return all;
  }

  private static ByteBuffer inRanges(View view, Key key, Entry entry) {
    int half = (int) (entry.length() / 2);
    return joined(
        entry.length(),
        view.range(key, entry, 0, half),
        view.range(key, entry, half, (int) entry.length() - half));
  }

  private static ByteBuffer joined(long length, ByteBuffer one, ByteBuffer two) {
    if (one.remaining() + two.remaining() != length) {
      throw new AssertionError("the parts have another length");
    }
    return ByteBuffer.allocate((int) length).put(one).put(two).flip();
  }

  private static void list(Snapshot snapshot, String directory, SortedMap<String, String> all) {
    all.put("below " + directory, snapshot.totals(directory).toString());
    for (Iterator<Listed> items = snapshot.list(directory); items.hasNext(); ) {
      Listed next = items.next();
      if (next instanceof Listed.Directory) {
        list(snapshot, next.name(), all);
      } else {
        all.put("key " + next.name(), "");
      }
    }
  }

  private static Exporter exporter(Repository repository) {
    return new Exporter(repository.environment(), 1, TransferProgress.NONE);
  }

  private static ByteBuffer http(String url, @Nullable String range) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
    if (range != null) {
      connection.setRequestProperty("Range", range);
    }
    int status = connection.getResponseCode();
    if (status != 200 && status != 206) {
      try (InputStream error = connection.getErrorStream()) {
        throw CorruptDataException.malformed(
            "answer", url, status + " " + new String(error.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    try (InputStream in = connection.getInputStream()) {
      byte[] bytes = in.readAllBytes();
      if (bytes.length != connection.getContentLengthLong()) {
        throw new IOException("the answer was broken off");
      }
      return ByteBuffer.wrap(bytes);
    }
  }

  private static String digest(String text) {
    return digest(Stores.bytes(text));
  }

  private static String digest(byte[] bytes) {
    return digest(ByteBuffer.wrap(bytes));
  }

  private static String digest(ByteBuffer bytes) {
    return HashAlgorithm.SHA256.hash(bytes).toString();
  }
}
