package dev.varve.reliability;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Ways in which a disk damages the directory of a repository that nobody has open. */
enum Damage {
  /** A bit anywhere in the LMDB file. */
  FLIP_ANYWHERE(true, false),
  /** A bit of one kind of stored byte, the kind being drawn first. */
  FLIP_KIND(true, false),
  /** A bit where a page has its header and its table of rows. */
  FLIP_PAGE_HEADER(true, false),
  /** A bit in what LMDB reads of its two root pages. */
  FLIP_ROOT_PAGE(true, false),
  /** A bit of a pack, with values, headers and what is between. */
  FLIP_PACK(true, false),
  /** A bit of a value that is a file. */
  FLIP_VALUE_FILE(true, true),
  /** A bit of the row that makes a file a value, which is a kind that only these have. */
  FLIP_VALUE_ROW(true, true),
  ZERO_PAGE(false, false),
  SWAP_PAGES(false, false),
  /** A page written to the place of another. */
  COPY_PAGE(false, false),
  CUT_DATA(false, false),
  /** A page of a pack written to the place of another. */
  COPY_PAGE_OF_PACK(false, false),
  CUT_PACK(false, false),
  DELETE_PACK(false, false),
  CUT_VALUE_FILE(false, true),
  GROW_VALUE_FILE(false, true),
  DELETE_VALUE_FILE(false, true),
  SWAP_VALUE_FILES(false, true),
  /** The file of one value under the name of another too. */
  COPY_VALUE_FILE(false, true);

  private static final int PAGE = 4096;
  private static final int ROOT_BYTES = 152;

  private final boolean flip;
  private final boolean ofFiles;

  Damage(boolean flip, boolean ofFiles) {
    this.flip = flip;
    this.ofFiles = ofFiles;
  }

  /** Whether one bit changes and nothing else. */
  boolean isFlip() {
    return flip;
  }

  /** Whether it is done to values that are files, which make everything slower. */
  boolean ofFiles() {
    return ofFiles;
  }

  /** Draws one: three of four are flips, most of them in the LMDB file. */
  static Damage draw(Random random) {
    int roll = random.nextInt(100);
    if (roll < 75) {
      return roll < 18
          ? FLIP_ANYWHERE
          : roll < 48
              ? FLIP_KIND
              : roll < 58
                  ? FLIP_PAGE_HEADER
                  : roll < 65
                      ? FLIP_ROOT_PAGE
                      : roll < 73
                          ? FLIP_PACK
                          : random.nextInt(4) > 0 ? FLIP_VALUE_FILE : FLIP_VALUE_ROW;
    }
    Damage[] others = {
      ZERO_PAGE, SWAP_PAGES, COPY_PAGE, CUT_DATA, COPY_PAGE_OF_PACK, CUT_PACK, DELETE_PACK
    };
    Damage[] files = {
      CUT_VALUE_FILE, GROW_VALUE_FILE, DELETE_VALUE_FILE, SWAP_VALUE_FILES, COPY_VALUE_FILE
    };
    return roll < 97 ? others[random.nextInt(others.length)] : files[random.nextInt(files.length)];
  }

  /**
   * What was done.
   *
   * @param label the damage, and what it was done to
   * @param place where
   */
  record Done(String label, String place) {}

  /** Does it. */
  Done apply(Path repository, Random random) throws IOException {
    if (this == FLIP_VALUE_ROW) {
      StoredBits bits = StoredBits.of(repository.resolve("data.mdb"));
      return flipKind(repository, bits, StoredBits.Kind.VALUE_ROW, random);
    }
    if (this != FLIP_KIND) {
      return new Done(name(), place(repository, random));
    }
    StoredBits bits = StoredBits.of(repository.resolve("data.mdb"));
    List<StoredBits.Kind> kinds =
        Stream.of(StoredBits.Kind.values()).filter(kind -> !bits.of(kind).isEmpty()).toList();
    return flipKind(repository, bits, kinds.get(random.nextInt(kinds.size())), random);
  }

  private static Done flipKind(
      Path repository, StoredBits bits, StoredBits.Kind kind, Random random) throws IOException {
    List<StoredBits.Extent> extents = bits.of(kind);
    StoredBits.Extent extent = extents.get(random.nextInt(extents.size()));
    Path data = repository.resolve("data.mdb");
    return new Done(
        FLIP_KIND + ":" + kind,
        flip(data, extent.from() + random.nextInt(extent.length()), random));
  }

  private String place(Path repository, Random random) throws IOException {
    Path data = repository.resolve("data.mdb");
    long pages = Files.size(data) / PAGE;
    long page = random.nextInt((int) pages);
    // The root pages have damage of their own.
    long one = 2L + random.nextInt((int) pages - 2);
    long other = 2L + random.nextInt((int) pages - 2);
    return switch (this) {
      case FLIP_ANYWHERE -> flip(data, PAGE * page + random.nextInt(PAGE), random);
      case FLIP_PAGE_HEADER -> flip(data, PAGE * page + random.nextInt(64), random);
      case FLIP_ROOT_PAGE -> flip(data, PAGE * (page & 1) + random.nextInt(ROOT_BYTES), random);
      case ZERO_PAGE -> write(data, PAGE * page, new byte[PAGE]);
      case SWAP_PAGES -> {
        byte[] first = read(data, PAGE * one);
        write(data, PAGE * one, read(data, PAGE * other));
        yield write(data, PAGE * other, first) + " with " + PAGE * one;
      }
      case COPY_PAGE -> write(data, PAGE * one, read(data, PAGE * other)) + " from " + PAGE * other;
      case CUT_DATA -> cut(data, random.nextInt((int) Files.size(data)));
      case FLIP_PACK, COPY_PAGE_OF_PACK, CUT_PACK, DELETE_PACK ->
          applyToPack(repository.resolve("packs/00000001.pack"), random);
      default -> applyToFiles(files(repository), random);
    };
  }

  private String applyToPack(Path pack, Random random) throws IOException {
    int length = (int) Files.size(pack);
    return switch (this) {
      case FLIP_PACK -> flip(pack, random.nextInt(length), random);
      case COPY_PAGE_OF_PACK -> {
        long from = PAGE * (long) random.nextInt(length / PAGE);
        long to = PAGE * (long) random.nextInt(length / PAGE);
        yield write(pack, to, read(pack, from)) + " from " + from;
      }
      case CUT_PACK -> cut(pack, random.nextInt(length));
      case DELETE_PACK -> {
        Files.delete(pack);
        yield pack.getFileName() + " deleted";
      }
      default -> throw new IllegalStateException(name());
    };
  }

  private String applyToFiles(List<Path> files, Random random) throws IOException {
    Path file = files.get(random.nextInt(files.size()));
    Path other = files.get((files.indexOf(file) + 1) % files.size());
    return switch (this) {
      case FLIP_VALUE_FILE -> flip(file, random.nextInt((int) Files.size(file)), random);
      case CUT_VALUE_FILE -> cut(file, random.nextInt((int) Files.size(file)));
      case GROW_VALUE_FILE -> write(file, Files.size(file), new byte[1 + random.nextInt(PAGE)]);
      case DELETE_VALUE_FILE -> {
        Files.delete(file);
        yield file.getFileName() + " deleted";
      }
      case SWAP_VALUE_FILES -> {
        Path aside = file.resolveSibling("aside");
        Files.move(file, aside);
        Files.move(other, file);
        Files.move(aside, other);
        yield file.getFileName() + " with " + other.getFileName();
      }
      case COPY_VALUE_FILE -> {
        Files.copy(other, file, StandardCopyOption.REPLACE_EXISTING);
        yield file.getFileName() + " from " + other.getFileName();
      }
      default -> throw new IllegalStateException(name());
    };
  }

  private static List<Path> files(Path repository) throws IOException {
    try (Stream<Path> all = Files.walk(repository.resolve("values"))) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static String flip(Path file, long at, Random random) throws IOException {
    int bit = random.nextInt(8);
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.seek(at);
      int old = open.read();
      open.seek(at);
      open.write(old ^ 1 << bit);
    }
    return "byte " + at + " bit " + bit;
  }

  private static byte[] read(Path file, long at) throws IOException {
    byte[] bytes = new byte[PAGE];
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
      open.seek(at);
      open.readFully(bytes);
    }
    return bytes;
  }

  private static String write(Path file, long at, byte[] bytes) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.seek(at);
      open.write(bytes);
    }
    return "byte " + at;
  }

  private static String cut(Path file, long length) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.setLength(length);
    }
    return "to " + length;
  }
}
