package dev.varve.lmdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The rows that the newest root page of a damaged file still leads to, by table. One thread. Holds
 * one path, and a number for each page that was met.
 */
final class LiveRows {
  private final DamagedFile file;
  private final Set<Long> met = new HashSet<>();
  private final Map<Table, Long> roots = new EnumMap<>(Table.class);
  private boolean broken;
  private boolean sure;

  /** Takes a row. */
  interface Each {
    void row(DamagedFile.Row row) throws IOException;
  }

  private LiveRows(DamagedFile file) {
    this.file = file;
  }

  /** Begins at the newer of the two root pages; where these are damaged there are no tables. */
  static LiveRows of(DamagedFile file, Path data) throws IOException {
    LiveRows rows = new LiveRows(file);
    Optional<RootPage> root = RootPage.newest(data, file.pageSize());
    rows.sure = RootPage.isSure(data);
    if (root.isPresent() && root.get().main().root() != RootPage.NONE) {
      rows.walk(root.get().main().root(), RootPage.MAX_DEPTH, rows::table);
    }
    return rows;
  }

  /** Whether it is known which root page is the newer one: where one is damaged it may be that. */
  boolean sure() {
    return sure;
  }

  /** Whether the tables that were found have this one. */
  boolean has(Table table) {
    return roots.containsKey(table);
  }

  private void table(DamagedFile.Row row) throws IOException {
    for (Table each : Table.values()) {
      if (each.toString().equals(new String(row.key(), StandardCharsets.UTF_8))
          && row.size() == RootPage.Tree.BYTES) {
        ByteBuffer record = file.value(row, RootPage.Tree.BYTES).orElseThrow();
        roots.put(each, RootPage.Tree.at(record, 0).root());
      }
    }
  }

  /**
   * Hands on the rows of a table.
   *
   * @return whether that was all of them, as far as pages tell
   */
  boolean each(Table table, Each each) throws IOException {
    Long root = roots.get(table);
    if (root == null) {
      return false;
    }
    broken = false;
    if (root != RootPage.NONE) {
      walk(root, RootPage.MAX_DEPTH, each);
    }
    return !broken;
  }

  private void walk(long page, int height, Each each) throws IOException {
    Optional<List<Long>> children = file.children(page);
    if (height == 0 || !met.add(page)) {
      broken = true;
      return;
    }
    if (children.isPresent()) {
      for (long child : children.get()) {
        walk(child, height - 1, each);
      }
      return;
    }
    List<DamagedFile.Row> rows = file.leafRows(page).isPresent() ? file.rows(page) : List.of();
    broken |= rows.isEmpty() || rows.size() != file.leafRows(page).orElse(-1);
    for (DamagedFile.Row row : rows) {
      each.row(row);
    }
  }
}
