package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportExportTest {
  @TempDir Path directory;
  private String repo = "";
  private String source = "";

  @BeforeEach
  void init() throws IOException {
    repo = Cli.repository(directory);
    source = store("in.zarr", "1").toString();
  }

  private Path store(String name, String chunk) throws IOException {
    Path store = directory.resolve(name);
    Files.createDirectories(store.resolve("air"));
    Files.writeString(store.resolve(".zgroup"), "{\"zarr_format\": 2}\n");
    Files.writeString(store.resolve("air/.zarray"), Zarr.ARRAY_V2);
    Files.writeString(store.resolve("air/0.0"), chunk);
    Files.writeString(store.resolve("air/0.1"), "");
    return store;
  }

  private static TreeMap<String, String> files(Path store) throws IOException {
    TreeMap<String, String> files = new TreeMap<>();
    try (var all = Files.walk(store)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(store.relativize(file).toString(), Files.readString(file));
      }
    }
    return files;
  }

  @Test
  void whatWasImportedIsExportedByteForByte() throws IOException {
    JsonNode made = Cli.run("import", source, repo, "-m", "first", "--json").exits(0).only();
    assertThat(Cli.fields(made)).containsExactly(WritesTest.COMMIT_FIELDS);
    assertThat(made.path("keys_added").asInt()).isEqualTo(4);
    Path out = directory.resolve("out.zarr");
    JsonNode told = Cli.run("export", repo, "main", out.toString(), "--json").exits(0).only();
    assertThat(Cli.fields(told)).containsExactly("type", "keys", "bytes", "dest");
    assertThat(told.path("keys").asInt()).isEqualTo(4);
    assertThat(told.path("bytes").asInt()).isEqualTo(19 + Zarr.ARRAY_V2.length() + 1);
    assertThat(told.path("dest").asText()).isEqualTo(out.toString());
    assertThat(files(out)).isEqualTo(files(Path.of(source)));
    assertThat(Cli.run("show", repo, "--json").only().path("message").asText()).isEqualTo("first");
  }

  @Test
  void aZipGoesOutAndInWithTheSameHash() {
    Cli.run("import", source, repo).exits(0);
    String zip = directory.resolve("out.zip").toString();
    Cli.run("export", repo, "main", zip).exits(0);
    Path other = directory.resolve("other");
    Cli.run("init", other.toString()).exits(0);
    JsonNode made = Cli.run("import", zip, other.toString(), "--json").exits(0).only();
    assertThat(made.path("root")).isEqualTo(Cli.run("hash", repo, "--json").only().path("hash"));
    Cli.run("export", repo, "main", zip, "--json").exits(1).error();
  }

  @Test
  void importOfWhatIsThereIsUnchanged() {
    JsonNode first = Cli.run("import", source, repo, "--json").only();
    JsonNode again = Cli.run("import", source, repo, "--json").exits(0).only();
    assertThat(again.path("unchanged").asBoolean()).isTrue();
    assertThat(again.path("commit")).isEqualTo(first.path("commit"));
    assertThat(again.path("blobs_written").asInt()).isZero();
    assertThat(again.path("bytes_written").asInt()).isZero();
  }

  @Test
  void whatWasReadIsRememberedWhereACacheIsNamed() throws IOException {
    Path cache = directory.resolve("cache");
    Cli.run("import", source, repo, "--cache", cache.toString(), "--dry-run").exits(0);
    assertThat(cache).doesNotExist();
    // Files that were only just written are read again: so often until they are old enough.
    while (Files.notExists(cache.resolve("files"))) {
      Cli.run("import", source, repo, "--cache", cache.toString()).exits(0);
    }
    FileTime past = FileTime.fromMillis(1000);
    Path memory = only(cache.resolve("files"));
    Files.setLastModifiedTime(memory, past);
    Cli.run("import", source, repo, "--cache", cache.toString()).exits(0);
    Cli.run("import", source, repo, "--no-cache").exits(0);
    assertThat(Files.getLastModifiedTime(memory)).isEqualTo(past);
    Cli.run("import", source, repo, "--cache", cache.toString(), "--rehash").exits(0);
    assertThat(Files.getLastModifiedTime(only(cache.resolve("files")))).isGreaterThan(past);
  }

  private static Path only(Path folder) throws IOException {
    try (var all = Files.list(folder)) {
      List<Path> found = all.toList();
      assertThat(found).hasSize(1);
      return found.get(0);
    }
  }

  @Test
  void importKeepsOrDeletesWhatTheSourceLacks() {
    Cli.run("import", source, repo, "--at", "/g").exits(0);
    Cli.put(repo, "g/extra", "x");
    Cli.put(repo, "outside", "y");
    assertThat(
            Cli.run("import", source, repo, "--at", "/g", "--json")
                .only()
                .path("unchanged")
                .asBoolean())
        .isTrue();
    JsonNode made =
        Cli.run("import", source, repo, "--at", "/g", "--delete", "--json").exits(0).only();
    assertThat(made.path("keys_removed").asInt()).isEqualTo(1);
    Cli.run("cat", repo, "main", "g/extra").exits(5);
    Cli.run("cat", repo, "main", "outside").exits(0);
    Path out = directory.resolve("group");
    assertThat(
            Cli.run("export", repo, "main", out.toString(), "--at", "/g", "--json")
                .only()
                .path("keys")
                .asInt())
        .isEqualTo(4);
    Cli.run("export", repo, "main", out + "2", "--at", "/nosuch", "--json").exits(5).error();
    assertThat(Path.of(out + "2")).doesNotExist();
  }

  @Test
  void aDryRunTellsAndDoesNothing() throws IOException {
    JsonNode told = Cli.run("import", source, repo, "--dry-run", "--json").exits(0).only();
    assertThat(Cli.fields(told)).startsWith(WritesTest.COMMIT_FIELDS);
    assertThat(told.path("keys_added").asInt()).isEqualTo(4);
    assertThat(told.path("commit").isNull()).isTrue();
    assertThat(told.path("dry_run").asBoolean()).isTrue();
    assertThat(Cli.run("branch", repo, "--json").lines()).isEmpty();
    Cli.run("import", source, repo).exits(0);
    String changed = store("changed", "2").toString();
    assertThat(
            Cli.run("import", changed, repo, "--dry-run", "--json")
                .only()
                .path("keys_changed")
                .asInt())
        .isEqualTo(1);
    assertThat(
            Cli.run("import", source, repo, "--dry-run", "--json")
                .only()
                .path("unchanged")
                .asBoolean())
        .isTrue();
    assertThat(Cli.run("import", changed, repo, "--dry-run").exits(0).out()).contains("1 changed");
  }

  @Test
  void aNewBranchBeginsAtTheBase() throws IOException {
    JsonNode first = Cli.run("import", source, repo, "--json").only();
    String changed = store("changed", "2").toString();
    JsonNode made =
        Cli.run("import", changed, repo, "-b", "trial", "--base", "main", "--json").exits(0).only();
    assertThat(made.path("parents").get(0)).isEqualTo(first.path("commit"));
    assertThat(made.path("keys_changed").asInt()).isEqualTo(1);
    JsonNode fresh = Cli.run("import", changed, repo, "-b", "fresh", "--json").exits(0).only();
    assertThat(fresh.path("parents")).isEmpty();
  }

  @Test
  void whatCannotBeImportedIsNamedAndNothingIsChanged() throws IOException {
    Cli.run("import", directory.resolve("nosuch").toString(), repo, "--json").exits(5).error();
    Path link = Files.createSymbolicLink(Path.of(source).resolve("link"), Path.of("air"));
    JsonNode error = Cli.run("import", source, repo, "--json").exits(1).error();
    assertThat(error.path("message").asText()).contains("link");
    assertThat(Cli.run("branch", repo, "--json").lines()).isEmpty();
    Files.delete(link);
    Path notZip = Files.writeString(directory.resolve("x.zip"), "no zip at all");
    Cli.run("import", notZip.toString(), repo, "--json").exits(1).error();
    Cli.run("import", source, repo, "--at", "/a//b", "--json").exits(2).error();
    Cli.run("import", source, "--json").exits(2).error();
  }

  @Test
  void aDestinationThatIsInUseIsRefused() throws IOException {
    Cli.run("import", source, repo).exits(0);
    Path used = Files.createDirectory(directory.resolve("used"));
    Files.writeString(used.resolve("mine"), "x");
    Cli.run("export", repo, "main", used.toString(), "--json").exits(1).error();
    assertThat(files(used)).containsOnlyKeys("mine");
    Cli.put(repo, "air", "a file beside the directory");
    Path clash = directory.resolve("clash");
    Cli.run("export", repo, "main", clash.toString(), "--json").exits(1).error();
    assertThat(clash).doesNotExist();
    Cli.run("export", repo, "main", directory.resolve("clash.zip").toString()).exits(0);
    Cli.run("export", repo, "nosuch", directory.resolve("n").toString(), "--json").exits(5).error();
  }
}
