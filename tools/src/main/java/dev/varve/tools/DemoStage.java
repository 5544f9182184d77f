package dev.varve.tools;

import dev.varve.version.Repository;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/** A folder to play in, and commands run there with what they print shown indented. One thread. */
final class DemoStage implements AutoCloseable {
  private static final int SHOWN_LINES = 12;
  private static final String INDENT = "    ";

  private final Console console;
  private final Output out;
  private final Path folder;
  private final boolean temporary;
  private InputStream input = InputStream.nullInputStream();

  DemoStage(Console console, Output out, @Nullable Path keep) throws IOException {
    this.console = console;
    this.out = out;
    this.temporary = keep == null;
    this.folder =
        keep == null ? Files.createTempDirectory("varve-demo-") : Files.createDirectories(keep);
  }

  /** The sample data: beside the build that runs, or below the working directory. */
  static Path samples() {
    List<Path> tried = new ArrayList<>();
    try {
      tried.add(
          Path.of(DemoStage.class.getProtectionDomain().getCodeSource().getLocation().toURI()));
    } catch (URISyntaxException | SecurityException unknown) {
      tried.clear();
    }
    tried.add(Path.of("").toAbsolutePath());
    for (Path start : tried) {
      for (Path at = start; at != null; at = at.getParent()) {
        if (Files.isDirectory(at.resolve("samples/scenarios"))) {
          return at.resolve("samples");
        }
      }
    }
    throw Refusal.failed(
        "no-samples",
        "the folder samples/ is not beside this program",
        "run demo in a checkout of the project");
  }

  /** The repository's path. */
  String repo() {
    return folder.resolve("climate").toString();
  }

  /** A path in the stage's folder. */
  Path folder(String name) {
    return folder.resolve(name);
  }

  Repository open() {
    return Repositories.open(console, repo(), new S3Options(), far -> far, "");
  }

  void step(String title) {
    out.words("");
    out.words(title);
  }

  void say(String words) {
    out.words("  " + words);
  }

  /** What would have happened without. */
  void plain(String words) {
    out.words("  With a plain directory: " + words);
  }

  /** What the next command reads from standard input. */
  void input(String text) {
    input = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Runs a command and shows it with what it prints, cut where it is long. */
  void command(Object... words) {
    String[] args = Stream.of(words).map(String::valueOf).toArray(String[]::new);
    out.words(
        "  $ varve "
            + String.join(" ", Stream.of(args).map(DemoStage::quoted).map(this::brief).toList()));
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    Console captured =
        new Console(input, printed, printed, false, console.environment(), console.backends());
    int exit = Main.run(captured, args);
    input = InputStream.nullInputStream();
    List<String> lines = printed.toString(StandardCharsets.UTF_8).lines().toList();
    lines.stream().limit(SHOWN_LINES).map(this::brief).forEach(line -> out.words(INDENT + line));
    if (lines.size() > SHOWN_LINES) {
      out.words(INDENT + "... " + (lines.size() - SHOWN_LINES) + " more lines");
    }
    if (exit != 0) {
      out.words(INDENT + "exit code " + exit);
    }
    out.flush();
  }

  private static String quoted(String word) {
    return word.isEmpty() || word.indexOf(' ') >= 0 ? "'" + word + "'" : word;
  }

  /** Leaves the folders away that say nothing to a reader. */
  private String brief(String text) {
    return text.replace(folder + "/", "").replace(samples().getParent() + "/", "");
  }

  /** Compares a zip with a folder, file by file, as diff -r would. */
  void compare(Path zip, Path given) throws IOException {
    Path original = folder.resolve("original");
    unpack(zip, original);
    out.words("  $ diff -r original " + given.getFileName());
    List<String> differing = new ArrayList<>();
    List<String> left = files(original);
    List<String> right = files(given);
    Stream.concat(left.stream(), right.stream())
        .distinct()
        .filter(
            name ->
                !left.contains(name)
                    || !right.contains(name)
                    || !same(original.resolve(name), given.resolve(name)))
        .forEach(differing::add);
    differing.forEach(name -> out.words(INDENT + "differs: " + name));
    say(
        differing.isEmpty()
            ? "no difference in " + left.size() + " files"
            : differing.size() + " files differ");
  }

  private static void unpack(Path zip, Path target) throws IOException {
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        Path file = target.resolve(entry.getName()).normalize();
        if (!file.startsWith(target)) {
          throw new IOException("the zip names a file outside of itself: " + entry.getName());
        }
        Files.createDirectories(file.getParent());
        Files.copy(in, file);
      }
    }
  }

  private static List<String> files(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(Files::isRegularFile)
          .map(file -> root.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  private static boolean same(Path a, Path b) {
    try {
      return Arrays.equals(Files.readAllBytes(a), Files.readAllBytes(b));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  @Override
  public void close() throws IOException {
    if (temporary) {
      try (Stream<Path> all = Files.walk(folder)) {
        for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(each);
        }
      }
    }
  }
}
