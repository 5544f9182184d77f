package dev.varve.zarr;

import dev.varve.blob.Blobs;
import dev.varve.blob.ValueSource;
import dev.varve.error.InvalidNameException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.tree.KeyEntry;
import dev.varve.version.HashedValue;
import dev.varve.version.Transaction;
import dev.varve.version.View;
import java.util.Collections;
import java.util.Iterator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Puts what a source holds into a transaction. Values are read and hashed by several threads and
 * put by the calling one, in order of key. What is there already with the same value is not put
 * again, and what is stored already is not stored again, so an import that was stopped goes on
 * where it was.
 *
 * <p>Memory: that of the source, and values up to 64 MiB in all. Immutable; may be used again.
 */
public final class Importer {
  private final HashAlgorithm algorithm;
  private final ImportOptions options;
  private final TransferProgress progress;

  /** An importer for repositories with this hash. */
  public Importer(HashAlgorithm algorithm, ImportOptions options, TransferProgress progress) {
    this.algorithm = algorithm;
    this.options = options;
    this.progress = progress;
  }

  /**
   * Makes the source's keys and values edits of a transaction, which is not committed.
   *
   * @throws TransferException where the source holds something that cannot be imported; close the
   *     transaction then
   */
  public ImportReport run(ImportSource source, Transaction transaction) {
    return transfer(
        source,
        transaction,
        new Edits() {
          @Override
          public void put(Key key, Loaded loaded) {
            loaded.value().ifPresent(value -> transaction.put(key, value));
          }

          @Override
          public void delete(Key key) {
            transaction.delete(key);
          }
        });
  }

  /** Says what {@link #run} would do to a state, which is only read. */
  public ImportReport preview(ImportSource source, View state) {
    return transfer(source, state, Edits.NONE);
  }

  /** What is done about the keys that differ. */
  private interface Edits {
    Edits NONE =
        new Edits() {
          @Override
          public void put(Key key, Loaded loaded) {}

          @Override
          public void delete(Key key) {}
        };

    void put(Key key, Loaded loaded);

    void delete(Key key);
  }

  private enum Kind {
    ADDED,
    CHANGED,
    UNCHANGED
  }

  /**
   * What a worker found out about a key.
   *
   * @param hash of the value, where that was read or known
   * @param value where it may have to be put
   */
  private record Loaded(
      ImportSource.Item item,
      Key key,
      Kind kind,
      long length,
      Optional<ContentHash> hash,
      Optional<HashedValue> value) {}

  private ImportReport transfer(ImportSource source, View state, Edits edits) {
    Tally tally = new Tally(source, edits);
    // A look-up a key costs what the source holds; walking along costs what the state holds, and is
    // needed only to see what the source lacks.
    Iterator<KeyEntry> present =
        options.rest() == ImportOptions.Rest.DELETE
            ? state.entries(options.at().directory())
            : Collections.emptyIterator();
    KeyEntry there = next(present);
    Key last = null;
    try (Pipeline<Loaded> pipeline =
        new Pipeline<>(options.threads(), "varve-import", tally::add)) {
      for (Iterator<ImportSource.Item> items = source.items(); items.hasNext(); ) {
        ImportSource.Item item = items.next();
        Key key = keyOf(source, item);
        if (last != null && key.compareTo(last) <= 0) {
          throw new IllegalStateException(source.label() + " gives " + key + " after " + last);
        }
        last = key;
        while (there != null && there.key().compareTo(key) < 0) {
          tally.lacking(there.key());
          there = next(present);
        }
        if (there != null && there.key().equals(key)) {
          there = next(present);
        }
        Optional<Entry> staged = state.entry(key);
        submit(pipeline, key, item, staged, staged.map(state::hashOf), edits != Edits.NONE);
      }
      pipeline.finish();
    }
    for (; there != null; there = next(present)) {
      tally.lacking(there.key());
    }
    return tally.report();
  }

  private void submit(
      Pipeline<Loaded> pipeline,
      Key key,
      ImportSource.Item item,
      Optional<Entry> staged,
      Optional<ContentHash> stagedHash,
      boolean needed) {
    ValueSource value = item.value();
    // What the source knows can only spare reading what is there already: a value that would have
    // to be put is read.
    if (item.known().isPresent() && item.known().equals(stagedHash)) {
      pipeline.pass(
          new Loaded(item, key, Kind.UNCHANGED, value.length(), stagedHash, Optional.empty()));
      return;
    }
    boolean sameLength = staged.filter(entry -> entry.length() == value.length()).isPresent();
    Kind kind = staged.isPresent() ? Kind.CHANGED : Kind.ADDED;
    pipeline.submit(
        () -> {
          if (!sameLength && !needed) {
            return new Loaded(item, key, kind, value.length(), Optional.empty(), Optional.empty());
          }
          HashedValue hashed = HashedValue.of(algorithm, value);
          boolean same = stagedHash.filter(hashed.hash()::equals).isPresent();
          return new Loaded(
              item,
              key,
              same ? Kind.UNCHANGED : kind,
              hashed.length(),
              Optional.of(hashed.hash()),
              same ? Optional.empty() : Optional.of(hashed));
        },
        Math.min(value.length(), Blobs.MAX_WHOLE));
  }

  private Key keyOf(ImportSource source, ImportSource.Item item) {
    if (options.at().isRoot()) {
      return item.key();
    }
    try {
      return options.at().key(item.key().toString());
    } catch (InvalidNameException tooLong) {
      throw new TransferException(
          "cannot import "
              + item.key()
              + " from "
              + source.label()
              + " at "
              + options.at()
              + ": "
              + tooLong.getMessage(),
          tooLong);
    }
  }

  private static @Nullable KeyEntry next(Iterator<KeyEntry> present) {
    return present.hasNext() ? present.next() : null;
  }

  /** Counts, and passes on what differs. */
  private final class Tally {
    private final ImportSource source;
    private final Edits edits;
    private long added;
    private long changed;
    private long unchanged;
    private long deleted;
    private long bytes;

    Tally(ImportSource source, Edits edits) {
      this.source = source;
      this.edits = edits;
    }

    void add(Loaded loaded) {
      switch (loaded.kind()) {
        case ADDED -> added++;
        case CHANGED -> changed++;
        case UNCHANGED -> unchanged++;
      }
      if (loaded.kind() != Kind.UNCHANGED) {
        edits.put(loaded.key(), loaded);
      }
      if (edits != Edits.NONE) {
        loaded.hash().ifPresent(hash -> source.learned(loaded.item(), hash));
      }
      bytes += loaded.length();
      progress.done(added + changed + unchanged, bytes);
    }

    void lacking(Key key) {
      edits.delete(key);
      deleted++;
    }

    ImportReport report() {
      return new ImportReport(added, changed, unchanged, deleted, bytes);
    }
  }
}
