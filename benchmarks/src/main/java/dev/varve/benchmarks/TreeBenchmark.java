package dev.varve.benchmarks;

import dev.varve.blob.BlobWriter;
import dev.varve.blob.VerifiedBlobs;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.memory.MemoryBackend;
import dev.varve.tree.Difference;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.tree.NodeSink;
import dev.varve.tree.NodeSource;
import dev.varve.tree.Tree;
import dev.varve.tree.TreeEditor;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A tree of 100,000 keys in memory, its nodes in the cache: look-up, edit, building, diff. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TreeBenchmark {
  private static final int KEYS = 100_000;

  private final Random random = new Random(1);
  private Key[] keys = {};
  private Entry[] entries = {};
  private NodeSource nodes = source();
  private Tree tree = new Tree(nodes, nodes.emptyRoot());
  private ContentHash edited = nodes.emptyRoot();

  private static NodeSource source() {
    return new NodeSource(
        new VerifiedBlobs(new MemoryBackend().blobs(), HashAlgorithm.SHA256), 64L << 20);
  }

  /** Makes the tree, and another that differs in one key. */
  @Setup
  public void make() {
    MemoryBackend backend = new MemoryBackend();
    nodes = new NodeSource(new VerifiedBlobs(backend.blobs(), HashAlgorithm.SHA256), 64L << 20);
    keys = new Key[KEYS];
    entries = new Entry[KEYS];
    for (int i = 0; i < KEYS; i++) {
      keys[i] = BigArray.chunk(i / 1000, i % 1000);
      entries[i] =
          new Entry.Blob(
              new ContentHash(
                  random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong()),
              512);
    }
    Arrays.sort(keys);
    try (BlobWriter writer = backend.blobs().writer(0)) {
      TreeEditor editor = new TreeEditor(nodes, writer::put, nodes.emptyRoot());
      for (int i = 0; i < KEYS; i++) {
        editor.put(keys[i], entries[i]);
      }
      tree = new Tree(nodes, editor.finish());
      TreeEditor one = new TreeEditor(nodes, writer::put, tree.root());
      one.put(keys[KEYS / 2], entries[0]);
      edited = one.finish();
      writer.flush();
    }
  }

  /** One look-up of a random key. */
  @Benchmark
  public Optional<Entry> lookUp() {
    return tree.get(keys[random.nextInt(KEYS)]);
  }

  /** One random key overwritten: all new nodes encoded and hashed, none stored. */
  @Benchmark
  public ContentHash editOne() {
    TreeEditor editor = new TreeEditor(nodes, NodeSink.DISCARD, tree.root());
    editor.put(keys[random.nextInt(KEYS)], entries[random.nextInt(KEYS)]);
    return editor.finish();
  }

  /** The whole tree built anew; time is a key's. */
  @Benchmark
  @OperationsPerInvocation(KEYS)
  @OutputTimeUnit(TimeUnit.NANOSECONDS)
  public ContentHash build() {
    TreeEditor editor = new TreeEditor(nodes, NodeSink.DISCARD, nodes.emptyRoot());
    for (int i = 0; i < KEYS; i++) {
      editor.put(keys[i], entries[i]);
    }
    return editor.finish();
  }

  /** The one difference between two trees. */
  @Benchmark
  public int diffOne() {
    return count(Tree.diff(tree, new Tree(nodes, edited), new byte[0]));
  }

  /** Every key as a difference to the empty tree; time is a key's. */
  @Benchmark
  @OperationsPerInvocation(KEYS)
  @OutputTimeUnit(TimeUnit.NANOSECONDS)
  public int diffAll() {
    return count(Tree.diff(new Tree(nodes, nodes.emptyRoot()), tree, new byte[0]));
  }

  private static int count(Iterator<Difference> all) {
    int found = 0;
    for (; all.hasNext(); all.next()) {
      found++;
    }
    return found;
  }
}
