package dev.varve.zarr;

import dev.varve.blob.ValueSource;
import dev.varve.error.InvalidNameException;
import dev.varve.hash.ContentHash;
import dev.varve.tree.Key;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The files of a directory, to import. Refuses by name what a store has no form for: links,
 * devices, FIFOs, sockets, and names that are no part of a valid key. Directories without files
 * leave nothing.
 *
 * <p>Memory: the names in each folder on the path of the file at hand, and what is remembered by
 * (56 bytes each) where something is.
 */
public final class DirectorySource implements ImportSource {
  private final Path root;
  private final FileMemory memory;

  /** The files below {@code root}, which may itself be a link to a directory. */
  public DirectorySource(Path root) {
    this(root, FileMemory.NONE);
  }

  /**
   * As the other, with the hashes of files that are as they were when they were last imported.
   *
   * @param memory of these files; it serves one walk at a time
   */
  public DirectorySource(Path root, FileMemory memory) {
    this.root = root;
    this.memory = memory;
  }

  @Override
  public Iterator<Item> items() {
    memory.begin();
    return new Walk();
  }

  @Override
  public void learned(Item item, ContentHash hash) {
    if (item.value() instanceof FileValue file && file.stamp.isPresent()) {
      memory.learn(item.key(), file.stamp.get(), hash, item.known().isPresent());
    }
  }

  @Override
  public String label() {
    return root.toString();
  }

  @Override
  public void close() {}

  /** Reads one file; opened anew for each reading, and no file is open in between. */
  private record FileValue(Path file, long length, Optional<FileStamp> stamp)
      implements ValueSource {
    @Override
    public InputStream open() throws IOException {
      return Files.newInputStream(file);
    }

    @Override
    public String label() {
      return file.toString();
    }
  }

  /**
   * One folder that is being walked.
   *
   * @param prefix the bytes that all keys in it begin with
   * @param children what is in it, in the order of their names
   */
  private record Folder(Path path, byte[] prefix, Iterator<Child> children) {}

  /**
   * What lies in a folder.
   *
   * @param name its bytes; those of folders end in '/', as they do within keys, so that siblings
   *     come in the order of the keys below them
   * @param seen the stamp of a file when the folder was read, where a memory may know it
   */
  private record Child(byte[] name, @Nullable FileStamp seen) {}

  private final class Walk implements Iterator<Item> {
    private final Deque<Folder> open = new ArrayDeque<>();
    private @Nullable Item next;

    Walk() {
      open.push(open(root, new byte[0]));
    }

    @Override
    public boolean hasNext() {
      while (next == null && !open.isEmpty()) {
        Folder folder = open.element();
        if (!folder.children.hasNext()) {
          open.pop();
          continue;
        }
        Child child = folder.children.next();
        byte[] name = child.name;
        byte[] key = joined(folder.prefix, name);
        if (name[name.length - 1] == '/') {
          open.push(open(RawNames.resolve(folder.path, Arrays.copyOf(name, name.length - 1)), key));
        } else {
          next = item(RawNames.resolve(folder.path, name), key, child.seen);
        }
      }
      return next != null;
    }

    @Override
    public Item next() {
      Item item = hasNext() ? next : null;
      if (item == null) {
        throw new NoSuchElementException("there are no more files");
      }
      next = null;
      return item;
    }

    private Item item(Path file, byte[] key, @Nullable FileStamp seen) {
      try {
        return item(Key.ofUtf8(key), file, seen);
      } catch (InvalidNameException invalid) {
        throw refused(file, key, invalid.getMessage());
      } catch (IOException failed) {
        throw unreadable(file, failed);
      }
    }

    private Item item(Key key, Path file, @Nullable FileStamp seen) throws IOException {
      Optional<ContentHash> known = seen == null ? Optional.empty() : memory.find(key, seen);
      if (known.isPresent() && seen != null) {
        return new Item(key, new FileValue(file, seen.size(), Optional.of(seen)), known);
      }
      // It will be read, maybe long after its folder was.
      Optional<FileStamp> stamp = memory.inUse() ? FileStamp.of(file) : Optional.empty();
      long length = stamp.isPresent() ? stamp.get().size() : Files.size(file);
      return new Item(
          key, new FileValue(file, length, stamp), stamp.flatMap(taken -> memory.find(key, taken)));
    }

    private Folder open(Path path, byte[] prefix) {
      List<Child> found = new ArrayList<>();
      try (DirectoryStream<Path> children = Files.newDirectoryStream(path)) {
        for (Path child : children) {
          found.add(child(child, prefix));
        }
      } catch (DirectoryIteratorException failed) {
        throw unreadable(path, failed.getCause());
      } catch (IOException failed) {
        throw unreadable(path, failed);
      }
      found.sort((a, b) -> Arrays.compareUnsigned(a.name, b.name));
      return new Folder(path, prefix, found.iterator());
    }

    private Child child(Path child, byte[] prefix) {
      byte[] name = RawNames.nameOf(child);
      BasicFileAttributes kind;
      try {
        FileStamp stamp = memory.inUse() ? FileStamp.of(child).orElse(null) : null;
        if (stamp != null) {
          return new Child(name, stamp);
        }
        kind = Files.readAttributes(child, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      } catch (IOException failed) {
        throw unreadable(child, failed);
      }
      if (kind.isRegularFile()) {
        return new Child(name, null);
      }
      if (kind.isDirectory()) {
        return new Child(joined(name, new byte[] {'/'}), null);
      }
      throw refused(
          child,
          joined(prefix, name),
          kind.isSymbolicLink()
              ? "it is a symbolic link; replace it by what it links to, or remove it"
              : "it is a device, FIFO or socket; remove it");
    }

    private TransferException refused(Path file, byte[] key, @Nullable String why) {
      return new TransferException(
          "cannot import " + file + " as " + RawNames.shown(key) + ": " + why);
    }

    private TransferException unreadable(Path file, IOException failed) {
      return new TransferException("cannot import " + file + ": " + reason(failed), failed);
    }
  }

  /** Many file system errors have the path alone as their message. */
  static String reason(IOException failed) {
    String message = String.valueOf(failed.getMessage());
    String lower = message.toLowerCase(Locale.ROOT);
    if (lower.contains("no space left") || lower.contains("quota")) {
      return "the disk is full; free some space and try again";
    }
    if (lower.contains("read-only file system")) {
      return "the disk is read-only; systems do that to a disk that fails, and tell so in their log";
    }
    String kind = failed.getClass().getSimpleName().replace("Exception", "");
    return failed.getMessage() == null
        ? kind
        : kind.equals("IO") || kind.equals("FileSystem") ? message : kind + ": " + message;
  }

  private static byte[] joined(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }
}
