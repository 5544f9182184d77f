package dev.varve.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Random;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.Txn;

/**
 * What the disk and LMDB alone take for as many bytes as a commit writes: row 0, to read the others
 * against.
 */
final class Physical implements Scenario {
  private static final int BYTES = 16 << 10;
  private static final int WARM = 200;
  private static final int MEASURED = 300;

  @Override
  public void run(Workplace workplace, Results results) throws IOException {
    for (Workplace.Place place : workplace.places()) {
      file(workplace, place, results);
      lmdb(workplace, place, results);
    }
  }

  private static void file(Workplace workplace, Workplace.Place place, Results results)
      throws IOException {
    Path path = place.fresh("physical");
    Samples samples = new Samples();
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES);
      for (int i = 0; i < workplace.scaled(WARM) + workplace.scaled(MEASURED); i++) {
        long at = (long) i * BYTES;
        Samples into = i < workplace.scaled(WARM) ? new Samples() : samples;
        into.time(
            () -> {
              file.write(bytes.clear(), at);
              file.force(false);
            });
      }
    } finally {
      Workplace.remove(path);
    }
    tell(results, "file", "append of 16 KiB and one fdatasync, " + place.label(), samples);
  }

  private static void lmdb(Workplace workplace, Workplace.Place place, Results results)
      throws IOException {
    Path path = place.fresh("physical");
    Files.createDirectories(path);
    Samples samples = new Samples();
    Random random = new Random(1);
    try (Env<ByteBuffer> env = Env.create().setMapSize(1L << 30).setMaxDbs(1).open(path.toFile())) {
      Dbi<ByteBuffer> table = env.openDbi("blobs", DbiFlags.MDB_CREATE);
      ByteBuffer key = ByteBuffer.allocateDirect(32);
      ByteBuffer value = ByteBuffer.allocateDirect(BYTES);
      for (int i = 0; i < workplace.scaled(WARM) + workplace.scaled(MEASURED); i++) {
        for (int k = 0; k < 32; k += 8) {
          key.putLong(k, random.nextLong());
        }
        Samples into = i < workplace.scaled(WARM) ? new Samples() : samples;
        into.time(
            () -> {
              try (Txn<ByteBuffer> txn = env.txnWrite()) {
                table.put(txn, key, value);
                txn.commit();
              }
            });
      }
    } finally {
      Workplace.remove(path);
    }
    tell(results, "bare LMDB", "put of 16 KiB and commit, 2 syncs, " + place.label(), samples);
  }

  private static void tell(Results results, String system, String what, Samples samples) {
    results.add(
        0,
        system,
        what,
        samples.medianMillis(),
        "ms",
        Map.of("p90", Samples.rounded(samples.quantileMillis(0.9))));
  }
}
