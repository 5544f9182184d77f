package dev.varve.lmdb;

import dev.varve.error.BackendException;
import dev.varve.error.NotFoundException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import jnr.ffi.Pointer;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.Txn;

/** The handles of all named databases of an environment. Immutable. */
final class Tables {
  /** Older repositories have not all of these. */
  private static final Set<Table> OPTIONAL = EnumSet.of(Table.PACKED, Table.DELTAS);

  private final Map<Table, Dbi<Pointer>> handles;

  private Tables(Map<Table, Dbi<Pointer>> handles) {
    this.handles = handles;
  }

  /** The handle of a table. */
  Dbi<Pointer> get(Table table) {
    return Objects.requireNonNull(handles.get(table));
  }

  /** Whether the environment has a table. */
  boolean has(Table table) {
    return handles.containsKey(table);
  }

  /**
   * Whether these are all that a repository needs, be it one that is older than packs or
   * differences.
   */
  private static boolean complete(Map<Table, Dbi<Pointer>> found) {
    EnumSet<Table> absent = EnumSet.allOf(Table.class);
    absent.removeAll(found.keySet());
    return OPTIONAL.containsAll(absent);
  }

  /**
   * Opens all tables. One that was made without packs or differences stays so.
   *
   * @param settings whether a repository that is made gets them
   * @param create whether to make them where there are none
   * @throws NotFoundException where one is absent and not to be made
   * @throws BackendException where the environment holds tables of somebody else
   */
  static Tables open(Env<Pointer> env, Path directory, boolean create, LmdbSettings settings) {
    Map<Table, Dbi<Pointer>> found;
    try (Txn<Pointer> txn = env.txnRead()) {
      found = present(env, txn);
      // Tables opened in a transaction that is aborted are closed again.
      txn.commit();
    }
    if (complete(found)) {
      return new Tables(found);
    }
    if (!create) {
      throw new NotFoundException(
          "no repository in "
              + directory
              + ": "
              + LmdbLayout.DATA
              + " is an LMDB file of something else");
    }
    return make(env, directory, settings);
  }

  private static Tables make(Env<Pointer> env, Path directory, LmdbSettings settings) {
    try (Txn<Pointer> txn = env.txnWrite()) {
      // Looked at again: another process may have made them since.
      Map<Table, Dbi<Pointer>> found = present(env, txn);
      if (env.stat().entries != found.size()) {
        throw BackendException.permanent(
            "cannot create a repository in "
                + directory
                + ": "
                + LmdbLayout.DATA
                + " is an LMDB file of something else; choose another directory",
            null);
      }
      if (complete(found)) {
        txn.commit();
        return new Tables(found);
      }
      for (Table each : Table.values()) {
        boolean wanted =
            switch (each) {
              case PACKED -> settings.packs();
              case DELTAS -> settings.deltas();
              default -> true;
            };
        if (wanted && !found.containsKey(each)) {
          found.put(each, env.openDbi(txn, each.bytes(), null, false, DbiFlags.MDB_CREATE));
        }
      }
      txn.commit();
      return new Tables(found);
    }
  }

  private static Map<Table, Dbi<Pointer>> present(Env<Pointer> env, Txn<Pointer> txn) {
    Map<Table, Dbi<Pointer>> found = new EnumMap<>(Table.class);
    for (Table each : Table.values()) {
      try {
        found.put(each, env.openDbi(txn, each.bytes(), null, false));
      } catch (Dbi.KeyNotFoundException absent) {
        // Left out.
      }
    }
    return found;
  }
}
