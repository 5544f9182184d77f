package dev.varve.reliability.disk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * All that processes did below a folder, in order of time, and what they printed. Immutable once
 * read.
 */
public final class Journal {
  private static final Set<String> SYNCS = Set.of("fsync", "fdatasync");

  private final String root;
  private final List<Operation> operations = new ArrayList<>();
  private final Set<Integer> made = new HashSet<>();
  private final Names names = new Names();

  // While reading, by process and descriptor: its position, and whether it was opened as synced.
  private final Map<String, Long> positions = new HashMap<>();
  private final Map<String, Boolean> synced = new HashMap<>();

  private Journal(Path root) {
    this.root = root.toString();
  }

  /**
   * Reads logs of strace, one a process.
   *
   * @param root the folder to which all names are relative; everything outside is left aside
   */
  public static Journal read(Path root, List<Path> logs) throws IOException {
    List<SystemCall> calls = new ArrayList<>();
    for (int i = 0; i < logs.size(); i++) {
      calls.addAll(StraceLog.read(logs.get(i), i));
    }
    calls.sort(Comparator.comparingLong(SystemCall::start));
    Journal journal = new Journal(root);
    calls.forEach(journal::add);
    return journal;
  }

  /** A journal of operations as they are. */
  static Journal of(List<Operation> operations) {
    Journal journal = new Journal(Path.of("/"));
    journal.operations.addAll(operations);
    return journal;
  }

  List<Operation> operations() {
    return operations;
  }

  /** The same without syncs: what a store would have written that never makes any. */
  public Journal withoutSyncs() {
    List<Operation> rest = new ArrayList<>();
    for (Operation each : operations) {
      if (each instanceof Operation.Write write) {
        rest.add(
            new Operation.Write(
                write.start(), write.end(), write.inode(), write.at(), write.bytes(), false));
      } else if (!(each instanceof Operation.Sync)) {
        rest.add(each);
      }
    }
    Journal without = of(rest);
    without.made.addAll(made);
    return without;
  }

  /** The same without syncs of whatever was made under a name. */
  public Journal withoutSyncsOf(String name) {
    Set<Integer> named = new HashSet<>();
    for (Operation each : operations) {
      if (each instanceof Operation.Name made && made.inode() >= 0 && made.name().equals(name)) {
        named.add(made.inode());
      }
    }
    List<Operation> rest = new ArrayList<>(operations);
    rest.removeIf(each -> each instanceof Operation.Sync sync && named.contains(sync.inode()));
    Journal without = of(rest);
    without.made.addAll(made);
    return without;
  }

  boolean isFolder(int inode) {
    return made.contains(inode);
  }

  /** How many syncs there are. */
  public long syncs() {
    return operations.stream()
        .filter(
            each ->
                each instanceof Operation.Sync
                    || each instanceof Operation.Write write && write.durable())
        .count();
  }

  private void add(SystemCall call) {
    if (call.result() < 0) {
      return;
    }
    switch (call.name()) {
      case "openat", "open", "creat" -> opened(call);
      case "lseek" -> inside(call).ifPresent(d -> positions.put(key(call, d), call.result()));
      case "write", "writev" -> written(call, true);
      case "pwrite64", "pwritev", "pwritev2" -> written(call, false);
      case "ftruncate" ->
          inside(call)
              .ifPresent(
                  d ->
                      operations.add(
                          new Operation.Resize(
                              call.start(), call.end(), names.find(relative(d)), call.last())));
      case "mkdir", "mkdirat" -> made(call);
      case "rename", "renameat", "renameat2" -> renamed(call);
      case "link", "linkat" -> linked(call);
      case "unlink", "unlinkat", "rmdir" -> removed(call);
      case "mmap" -> mapped(call);
      default -> {
        if (SYNCS.contains(call.name())) {
          inside(call)
              .map(d -> names.find(relative(d)))
              .filter(inode -> inode >= 0)
              .ifPresent(
                  inode -> operations.add(new Operation.Sync(call.start(), call.end(), inode)));
        } else if (call.arguments().contains(Names.escaped(root))) {
          throw new IllegalStateException("no rule for " + call.name());
        }
      }
    }
  }

  private void opened(SystemCall call) {
    Optional<String> path = relative(call.returnedPath());
    if (path.isEmpty()) {
      return;
    }
    int inode = names.find(path.get());
    if (inode < 0 && (call.arguments().contains("O_CREAT") || call.name().equals("creat"))) {
      enter(call, path.get(), names.fresh());
      inode = names.find(path.get());
    }
    String key = call.process() + " " + call.result();
    positions.put(key, 0L);
    synced.put(key, call.arguments().contains("O_DSYNC") || call.arguments().contains("O_SYNC"));
    if (call.arguments().contains("O_TRUNC") || call.name().equals("creat")) {
      operations.add(new Operation.Resize(call.start(), call.end(), inode, 0));
    }
    if (call.arguments().contains("O_APPEND")) {
      throw new IllegalStateException("no rule for appending to " + path.get());
    }
  }

  private void written(SystemCall call, boolean atPosition) {
    SystemCall.Descriptor to = call.descriptor().orElseThrow();
    if (to.number() == 1 && call.name().equals("write")) {
      String text = new String(call.bytes(), StandardCharsets.UTF_8);
      operations.add(new Operation.Printed(call.start(), call.end(), call.process(), text));
      return;
    }
    if (relative(to.path()).isEmpty()) {
      return;
    }
    byte[] bytes = Arrays.copyOf(call.bytes(), Math.toIntExact(call.result()));
    String key = key(call, to);
    long at = atPosition ? positions.getOrDefault(key, 0L) : call.last();
    if (atPosition) {
      positions.put(key, at + bytes.length);
    }
    int inode = names.find(relative(to));
    if (inode >= 0) {
      operations.add(
          new Operation.Write(
              call.start(), call.end(), inode, at, bytes, synced.getOrDefault(key, false)));
    }
  }

  private void made(SystemCall call) {
    relative(call.paths().get(0))
        .ifPresent(
            path -> {
              int inode = names.fresh();
              made.add(inode);
              enter(call, path, inode);
            });
  }

  private void renamed(SystemCall call) {
    Optional<String> from = relative(call.paths().get(0));
    Optional<String> to = relative(call.paths().get(1));
    if (from.isPresent() && to.isPresent()) {
      int inode = names.find(from.get());
      Operation.Name gone = names.enter(call, from.get(), -1);
      Operation.Name come = names.enter(call, to.get(), inode);
      operations.add(new Operation.Rename(call.start(), call.end(), gone, come));
    } else if (from.isPresent() || to.isPresent()) {
      throw new IllegalStateException("no rule for moving in or out: " + call.paths());
    }
  }

  private void linked(SystemCall call) {
    Optional<String> from = relative(call.paths().get(0));
    Optional<String> to = relative(call.paths().get(1));
    if (from.isPresent() && to.isPresent()) {
      enter(call, to.get(), names.find(from.get()));
    }
  }

  private void removed(SystemCall call) {
    relative(call.paths().get(0)).ifPresent(path -> enter(call, path, -1));
  }

  private void mapped(SystemCall call) {
    String arguments = call.arguments();
    if (arguments.contains("MAP_SHARED")
        && arguments.contains("PROT_WRITE")
        && arguments.contains(Names.escaped(root))
        && !arguments.contains(Names.escaped(Disk.LOCK))) {
      throw new IllegalStateException("a file is written through a map: " + arguments);
    }
  }

  private void enter(SystemCall call, String path, int inode) {
    operations.add(names.enter(call, path, inode));
  }

  private Optional<SystemCall.Descriptor> inside(SystemCall call) {
    return call.descriptor().filter(d -> relative(d.path()).isPresent());
  }

  private static String key(SystemCall call, SystemCall.Descriptor descriptor) {
    return call.process() + " " + descriptor.number();
  }

  private String relative(SystemCall.Descriptor descriptor) {
    return relative(descriptor.path()).orElseThrow();
  }

  private Optional<String> relative(String path) {
    if (path.equals(root)) {
      return Optional.of("");
    }
    return path.startsWith(root + "/")
        ? Optional.of(path.substring(root.length() + 1))
        : Optional.empty();
  }
}
