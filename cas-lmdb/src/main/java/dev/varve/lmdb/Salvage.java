package dev.varve.lmdb;

import dev.varve.blob.Blobs;
import dev.varve.error.StoreException;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.ref.RefName;
import dev.varve.ref.RefRecord;
import dev.varve.ref.RefRecordCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Copies what can be proved from a damaged file to a new store: blobs by their hash, records and
 * the configuration by the digest at their end. One thread. Holds one batch of rows of up to {@link
 * #BATCH_BYTES}, and a number a ref.
 *
 * <ol>
 *   <li>Blobs, from every page that has rows, in use or not, and from every pack: what proves
 *       itself is right.
 *   <li>Differences, from every page: over a base that was found, they prove themselves as well.
 *   <li>What the trees still lead to: records, the rest of the tables, and blobs that do not prove
 *       themselves, which a repair may be able to mend.
 *   <li>Only where the trees of refs are damaged: records from every page. A page not in use may
 *       hold a record that was never committed, so it comes last.
 * </ol>
 */
final class Salvage {
  private static final int BATCH_BYTES = 32 << 20;
  private static final int MAX_SMALL = 1 << 16;

  private final DamagedFile file;
  private final LiveRows live;
  private final OpenStore to;
  private final List<PutRows.New> batch = new ArrayList<>();
  private long batchBytes;
  private final Map<RefName, Long> newest = new HashMap<>();
  private HashAlgorithm algorithm = HashAlgorithm.SHA256;
  private long blobs;
  private long records;

  Salvage(DamagedFile file, LiveRows live, OpenStore to) {
    this.file = file;
    this.live = live;
    this.to = to;
  }

  /**
   * What came of it: proved blobs and records, counted as often as they stood there, and whether it
   * is sure that no newer record of any ref is lost.
   */
  record Saved(long blobs, long records, boolean allRefs) {}

  Saved run(Path directory) throws IOException {
    everyPage(this::provedBlob);
    live.each(Table.BLOBS, row -> add(Table.BLOBS, row, Blobs.MAX_WHOLE));
    write();
    everyPage(this::provedDelta);
    live.each(Table.DELTAS, row -> add(Table.DELTAS, row, DeltaRow.MAX_ROW));
    packs(directory);
    live.each(Table.PACKED, this::placed);
    live.each(Table.CONFIG, row -> add(Table.CONFIG, row, MAX_SMALL));
    live.each(Table.GC, row -> add(Table.GC, row, MAX_SMALL));
    files(directory);
    boolean newest = live.each(Table.REFS, this::newestRecord);
    boolean log = live.each(Table.REFLOG, this::record);
    boolean sure = newest && live.sure();
    if (!sure || !log) {
      // Where it is sure what is newest, a higher number is one that was never committed.
      everyPage(row -> oldRecord(row, sure));
    }
    everyPage(this::configuration);
    write();
    newestRows();
    return new Saved(blobs, records, sure);
  }

  /** Whether any page, in use or not, names a table, where its root is not found any more. */
  static boolean knew(DamagedFile file, Table table) throws IOException {
    for (long page = 2; page < file.pages(); page += file.span(page)) {
      for (DamagedFile.Row row : file.rows(page)) {
        if (row.size() == RootPage.Tree.BYTES && Arrays.equals(row.key(), table.bytes())) {
          return true;
        }
      }
    }
    return false;
  }

  private void everyPage(LiveRows.Each each) throws IOException {
    for (long page = 2; page < file.pages(); page += file.span(page)) {
      for (DamagedFile.Row row : file.rows(page)) {
        each.row(row);
      }
    }
  }

  private void provedBlob(DamagedFile.Row row) throws IOException {
    if (row.key().length != ContentHash.BYTES) {
      return;
    }
    Optional<ByteBuffer> value = file.value(row, Blobs.MAX_WHOLE);
    if (value.isPresent() && proved(ContentHash.of(row.key()), value.get())) {
      blobs++;
      add(Table.BLOBS, row.key(), value.get());
    }
  }

  /** After all bases were written. */
  private void provedDelta(DamagedFile.Row row) throws IOException {
    if (row.key().length != ContentHash.BYTES || row.size() > DeltaRow.MAX_ROW) {
      return;
    }
    ContentHash hash = ContentHash.of(row.key());
    byte[] bytes = file.value(row, DeltaRow.MAX_ROW).map(Salvage::copy).orElse(new byte[0]);
    DeltaRow delta = DeltaRow.find(hash, bytes).orElse(null);
    byte[] base =
        delta == null
            ? null
            : to.environment().read(() -> "read a base", txn -> txn.base(delta.base()));
    ByteBuffer blob =
        delta == null || base == null
            ? ByteBuffer.allocate(0)
            : delta.apply(base).map(ByteBuffer::wrap).orElse(ByteBuffer.allocate(0));
    if (blob.hasRemaining() && proved(hash, blob)) {
      blobs++;
      boolean kept = to.environment().has(Table.DELTAS);
      add(kept ? Table.DELTAS : Table.BLOBS, row.key(), kept ? ByteBuffer.wrap(bytes) : blob);
    }
  }

  private static byte[] copy(ByteBuffer value) {
    byte[] bytes = new byte[value.remaining()];
    value.duplicate().get(bytes);
    return bytes;
  }

  private boolean proved(ContentHash hash, ByteBuffer value) {
    if (algorithm.hash(value).equals(hash)) {
      return true;
    }
    for (HashAlgorithm each : HashAlgorithm.values()) {
      if (blobs == 0 && each.hash(value).equals(hash)) {
        // The first that is proved tells what names them all.
        algorithm = each;
        return true;
      }
    }
    return false;
  }

  private void newestRecord(DamagedFile.Row row) throws IOException {
    Optional<RefRecord> record = read(row);
    if (record.isPresent()) {
      newest.put(record.get().name(), record.get().number());
      add(record.get());
    }
  }

  private void record(DamagedFile.Row row) throws IOException {
    read(row).ifPresent(this::add);
  }

  private void oldRecord(DamagedFile.Row row, boolean sure) throws IOException {
    Optional<RefRecord> record = read(row);
    if (record.isPresent()
        && (!sure || record.get().number() <= newest.getOrDefault(record.get().name(), 0L))) {
      add(record.get());
    }
  }

  private void add(RefRecord record) {
    records++;
    add(
        Table.REFLOG,
        LmdbLayout.reflogKey(record.name(), record.number()),
        RefRecordCodec.encode(record));
  }

  /** The record that a row holds, if it does, proved by the digest at its end. */
  private Optional<RefRecord> read(DamagedFile.Row row) throws IOException {
    int end = 0;
    while (end < row.key().length && row.key()[end] != 0) {
      end++;
    }
    Optional<ByteBuffer> value = file.value(row, RefRecordCodec.MAX_BYTES);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    try {
      RefName name = RefName.parseFull(new String(row.key(), 0, end, StandardCharsets.UTF_8));
      return Optional.of(RefRecordCodec.decode(name, value.get().order(ByteOrder.BIG_ENDIAN)));
    } catch (StoreException noRecord) {
      // Rows of other tables come by here, too.
      return Optional.empty();
    }
  }

  private void configuration(DamagedFile.Row row) throws IOException {
    Optional<ByteBuffer> value = file.value(row, MAX_SMALL);
    if (Arrays.equals(row.key(), LmdbLayout.configKey())
        && value.isPresent()
        && value.get().remaining() > ContentHash.BYTES) {
      int body = value.get().remaining() - ContentHash.BYTES;
      if (HashAlgorithm.SHA256
          .hash(value.get().slice(0, body))
          .equals(ContentHash.at(value.get().slice(), body))) {
        add(Table.CONFIG, row.key(), value.get());
      }
    }
  }

  private void packs(Path directory) throws IOException {
    Packs packs = new Packs(directory);
    for (int pack : packs.list()) {
      PackScan.scan(
          packs.path(pack),
          pack,
          this::proved,
          (hash, place) -> {
            blobs++;
            add(Table.PACKED, hash.toBytes(), place.row(hash));
          });
    }
  }

  /** A row that is right itself, of a value that did not prove itself: a repair may mend it. */
  private void placed(DamagedFile.Row row) throws IOException {
    if (row.key().length == ContentHash.BYTES && row.size() == PackPlace.ROW) {
      ContentHash hash = ContentHash.of(row.key());
      byte[] bytes = file.value(row, PackPlace.ROW).map(ByteBuffer::array).orElse(new byte[0]);
      PackPlace.find(hash, bytes).ifPresent(place -> add(Table.PACKED, row.key(), place.row(hash)));
    }
  }

  /** A file under its own name was written whole; its row is only its length. */
  private void files(Path directory) throws IOException {
    Path values = directory.resolve(LmdbLayout.VALUES);
    if (!Files.isDirectory(values)) {
      return;
    }
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(values, "[0-9a-f][0-9a-f]")) {
      for (Path folder : folders) {
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
          for (Path each : all) {
            String hex = folder.getFileName().toString() + each.getFileName();
            if (hex.matches("[0-9a-f]{64}")) {
              add(
                  Table.VALUES,
                  ContentHash.parse(hex).toBytes(),
                  LmdbLayout.lengthRow(Files.size(each)));
            }
          }
        }
      }
    }
  }

  private void add(Table table, DamagedFile.Row row, int maxLength) throws IOException {
    Optional<ByteBuffer> value = file.value(row, maxLength);
    if (value.isPresent()) {
      add(table, row.key(), value.get());
    }
  }

  private void add(Table table, byte[] key, ByteBuffer value) {
    batch.add(new PutRows.New(table, key, value));
    batchBytes += value.remaining() + 256;
    if (batchBytes >= BATCH_BYTES) {
      write();
    }
  }

  private void write() {
    if (!batch.isEmpty()) {
      to.queue().submit(new PutRows(List.copyOf(batch)));
      batch.clear();
      batchBytes = 0;
    }
  }

  /** The newest row of each ref is the last of its log. */
  private void newestRows() {
    for (RefName.Kind kind : RefName.Kind.values()) {
      for (RefName name : to.refs().names(kind)) {
        long newest = to.refs().newest(name).orElse(0);
        ByteBuffer bytes = to.refs().stored(name, newest).get(0).orElseThrow();
        batch.add(new PutRows.New(Table.REFS, LmdbLayout.refKey(name), bytes));
      }
    }
    write();
  }
}
