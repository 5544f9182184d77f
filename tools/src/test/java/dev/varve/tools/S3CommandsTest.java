package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands on {@code s3://bucket/prefix}, over HTTP. */
class S3CommandsTest {
  private static final String REPO = "s3://bucket/r";

  @TempDir private Path folder;
  private HttpBucket bucket;

  @BeforeEach
  void start() {
    bucket = new HttpBucket("bucket");
  }

  @AfterEach
  void stop() {
    bucket.close();
  }

  private Cli.Result run(String... args) {
    return Cli.run(bucket.args(args));
  }

  private String file(String text) throws IOException {
    return Files.writeString(Files.createTempFile(folder, "value", ""), text).toString();
  }

  private Path source() throws IOException {
    Path air = Files.createDirectories(folder.resolve("src/air/c"));
    Files.writeString(
        air.resolveSibling("zarr.json"),
        """
        {"zarr_format":3,"node_type":"array","shape":[4],"data_type":"uint8",
         "chunk_grid":{"name":"regular","configuration":{"chunk_shape":[2]}},
         "chunk_key_encoding":{"name":"default"},"fill_value":0,
         "codecs":[{"name":"bytes"}]}""");
    Files.writeString(air.resolve("0"), "ab");
    Files.writeString(air.resolve("1"), "cd");
    return folder.resolve("src");
  }

  @Test
  void everyCommandTakesABucketForADirectory() throws IOException {
    JsonNode made = run("init", REPO, "--json").exits(0).only();
    assertThat(made.path("repo").asText()).isEqualTo(REPO);
    run("init", REPO).exits(1);
    run("import", source().toString(), REPO, "-m", "first").exits(0);
    run("put", REPO, "air/c/1", file("CD"), "-m", "second").exits(0);
    assertThat(run("log", REPO, "--json").exits(0).lines()).hasSize(2);
    assertThat(run("cat", REPO, "main", "air/c/1").exits(0).out()).isEqualTo("CD");
    assertThat(run("cat", REPO, "main~1", "air/c/1").exits(0).out()).isEqualTo("cd");
    assertThat(run("cat", REPO, "main", "air/c/1", "--range", "1-").exits(0).out()).isEqualTo("D");
    run("branch", REPO, "try", "main~1").exits(0);
    assertThat(run("branch", REPO, "--json").exits(0).lines()).hasSize(2);
    assertThat(run("diff", REPO, "try", "main", "--json").exits(0).lines("chunk"))
        .singleElement()
        .satisfies(chunk -> assertThat(chunk.path("path").asText()).isEqualTo("/air"));
    run("merge", REPO, "try").exits(0);
    run("tag", REPO, "v1").exits(0);
    assertThat(run("tree", REPO, "--json").exits(0).lines("array")).hasSize(1);
    assertThat(run("du", REPO, "--json").exits(0).last().path("objects").asLong()).isPositive();
    assertThat(run("refs", REPO, "--log", "main", "--json").exits(0).lines()).isNotEmpty();
    run("dump", REPO, "config", "--json").exits(0);
    JsonNode verified = run("verify", REPO, "--json").exits(0).only();
    assertThat(verified.path("objects").asLong()).isPositive();
    Path back = folder.resolve("back");
    run("export", REPO, "main~1", back.toString()).exits(0);
    assertThat(back.resolve("air/c/1")).hasContent("cd");
    assertThat(back.resolve("air/zarr.json"))
        .hasSameTextualContentAs(folder.resolve("src/air/zarr.json"));
  }

  @Test
  void copiesGoBetweenDirectoriesAndBuckets() throws IOException {
    String local = Cli.repository(folder);
    Cli.run("import", source().toString(), local).exits(0);
    run("clone", local, REPO).exits(0);
    String root = Cli.run("hash", local).exits(0).out();
    assertThat(run("hash", REPO).exits(0).out()).isEqualTo(root);
    String back = folder.resolve("back").toString();
    run("clone", REPO, back).exits(0);
    assertThat(Cli.run("hash", back).exits(0).out()).isEqualTo(root);
    Cli.run("put", local, "notes", file("more")).exits(0);
    run("push", local, REPO).exits(0);
    assertThat(run("pull", back, REPO, "--json").exits(0).last().path("commits").asLong())
        .isEqualTo(1);
    assertThat(Cli.run("hash", back).exits(0).out()).isEqualTo(Cli.run("hash", local).out());
  }

  private String hashOf(String key) {
    return run("ls", REPO, "main", key.substring(0, key.lastIndexOf('/')), "--json")
        .exits(0)
        .lines("entry")
        .stream()
        .filter(line -> line.path("key").asText().equals(key))
        .findFirst()
        .orElseThrow()
        .path("hash")
        .asText();
  }

  private static String object(String hash) {
    return "r/blobs/" + hash.substring(0, 2) + "/" + hash.substring(2);
  }

  @Test
  void aFlippedByteInTheBucketIsFoundWhenItIsRead() throws IOException {
    run("init", REPO).exits(0);
    run("import", source().toString(), REPO).exits(0);
    String hash = hashOf("air/c/0");
    byte[] bytes = bucket.bytes(object(hash));
    bytes[0] ^= 1;
    bucket.place(object(hash), bytes);
    assertThat(run("cat", REPO, "main", "air/c/0", "--json").exits(3).error().path("message"))
        .asString()
        .contains(hash);
    JsonNode damage = run("verify", REPO, "--json").exits(3).lines("damage").get(0);
    assertThat(damage.path("object").asText()).isEqualTo(hash);
    assertThat(damage.path("array").asText()).isEqualTo("/air");
  }

  @Test
  void damageInTheBucketIsFoundAndNamedWithoutDownloading() throws IOException {
    Path air = source().resolve("air/c");
    // A flipped byte, two that are swapped, one that is cut, one that is gone, and one untouched.
    List<String> values = List.of("flip", "swapped", "other one", "to be cut", "gone", "well");
    for (int i = 0; i < values.size(); i++) {
      Files.writeString(air.resolve(String.valueOf(i)), values.get(i));
    }
    run("init", REPO).exits(0);
    run("import", folder.resolve("src").toString(), REPO).exits(0);
    JsonNode whole = run("verify", REPO, "--head", "--json").exits(0).only();
    assertThat(whole.path("unproven").asLong()).isZero();
    List<String> hashes = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      hashes.add(hashOf("air/c/" + i));
    }
    byte[] flipped = bucket.bytes(object(hashes.get(0)));
    flipped[2] ^= 16;
    bucket.place(object(hashes.get(0)), flipped);
    byte[] swapped = bucket.bytes(object(hashes.get(1)));
    bucket.place(object(hashes.get(1)), bucket.bytes(object(hashes.get(2))));
    bucket.place(object(hashes.get(2)), swapped);
    bucket.place(object(hashes.get(3)), "to be".getBytes(StandardCharsets.UTF_8));
    bucket.remove(object(hashes.get(4)));

    for (String[] how : new String[][] {{"--head"}, {}}) {
      List<String> verify = new ArrayList<>(List.of("verify", REPO, "--json"));
      verify.addAll(List.of(how));
      Cli.Result result = run(verify.toArray(String[]::new)).exits(3);
      Map<String, String> kinds = new TreeMap<>();
      for (JsonNode line : result.lines("damage")) {
        kinds.put(line.path("key").asText() + " " + line.path("chunk"), line.path("kind").asText());
        assertThat(hashes).contains(line.path("object").asText());
      }
      assertThat(kinds)
          .containsOnly(
              entry("air/c/0 [0]", "damaged"),
              entry("air/c/1 [1]", "misplaced"),
              entry("air/c/2 [2]", "misplaced"),
              entry("air/c/3 [3]", "damaged"),
              entry("air/c/4 [4]", "missing"));
      assertThat(result.last().path("damaged").asLong()).isEqualTo(4);
      assertThat(result.last().path("missing").asLong()).isEqualTo(1);
      assertThat(result.error().path("code").asText()).isEqualTo("damage");
    }
    for (int i = 0; i < 5; i++) {
      run("cat", REPO, "main", "air/c/" + i).exits(3);
    }
    assertThat(run("cat", REPO, "main", "air/c/5").exits(0).out()).isEqualTo("well");
  }

  @Test
  void aValueThatWentUpInPartsIsCountedAsUnprovenAndStillHasItsLength() throws IOException {
    Path large = source().resolve("air/c/1");
    byte[] bytes = new byte[(9 << 20) + 5];
    new Random(3).nextBytes(bytes);
    Files.write(large, bytes);
    run("init", REPO).exits(0);
    run("import", folder.resolve("src").toString(), REPO).exits(0);

    Cli.Result result = run("verify", REPO, "--head", "--json").exits(1);
    assertThat(result.only().path("unproven").asLong()).isEqualTo(1);
    assertThat(result.only().path("damaged").asLong()).isZero();
    assertThat(result.error().path("code").asText()).isEqualTo("unproven");
    assertThat(run("verify", REPO, "--head").exits(1).err())
        .contains("1 value")
        .contains("leave --head out");
    run("verify", REPO).exits(0);

    String key = object(hashOf("air/c/1"));
    bytes[77] ^= 1;
    bucket.placeParts(key, bytes);
    assertThat(run("verify", REPO, "--head", "--json").exits(1).only().path("unproven").asLong())
        .isEqualTo(1);
    run("verify", REPO).exits(3);
    bucket.placeParts(key, Arrays.copyOf(bytes, 9 << 20));
    JsonNode cut = run("verify", REPO, "--head", "--json").exits(3).lines("damage").get(0);
    assertThat(cut.path("key").asText()).isEqualTo("air/c/1");
  }

  @Test
  void whatTheServerKeepsNoChecksumOfIsNotCalledRight() throws IOException {
    run("init", REPO).exits(0);
    run("import", source().toString(), REPO).exits(0);
    bucket.with(HttpBucket.Flaw.KEEPS_NO_CHECKSUMS);
    Cli.Result result = run("verify", REPO, "--head", "--json").exits(1);
    assertThat(result.only().path("unproven").asLong()).isEqualTo(2);
    assertThat(result.error().path("code").asText()).isEqualTo("unproven");
    run("verify", REPO).exits(0);
    String local = Cli.repository(folder);
    Cli.run("verify", local, "--head").exits(2);
    run("init", "s3://bucket/b3", "--hash", "blake3").exits(0);
    run("verify", "s3://bucket/b3", "--head").exits(2);
  }

  private JsonNode refused(int exit, HttpBucket.Flaw... flaws) {
    bucket.with(flaws);
    return run("log", REPO, "--json").exits(exit).error();
  }

  @Test
  void whatIsWrongWithABucketIsSaid() {
    assertThat(refused(5).path("message").asText()).contains("no repository").contains(REPO);
    assertThat(refused(1, HttpBucket.Flaw.NO_BUCKET).path("message").asText())
        .contains("make the bucket first");
    assertThat(refused(1, HttpBucket.Flaw.NO_ACCESS).path("message").asText())
        .contains("need the right to get, put and list");
    assertThat(refused(1, HttpBucket.Flaw.OTHER_REGION).path("message").asText())
        .contains("--region eu-north-1");
    assertThat(refused(1, HttpBucket.Flaw.OTHER_TIME).path("message").asText())
        .contains("this machine's clock");
  }

  @Test
  void missingCredentialsAreToldInOneSentence() {
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
    System.setProperty("aws.disableEc2Metadata", "true");
    System.setProperty("aws.sharedCredentialsFile", folder.resolve("none").toString());
    System.setProperty("aws.configFile", folder.resolve("none").toString());
    try {
      String message = refused(1).path("message").asText();
      assertThat(message).contains("no credentials").contains("AWS_ACCESS_KEY_ID");
      assertThat(message.length()).isLessThan(400);
    } finally {
      System.clearProperty("aws.disableEc2Metadata");
      System.clearProperty("aws.sharedCredentialsFile");
      System.clearProperty("aws.configFile");
    }
  }

  @Test
  void aServerThatLetsTwoWinMayServeOneWriterAtATime() throws IOException {
    bucket.with(HttpBucket.Flaw.IGNORES_CONDITIONS, HttpBucket.Flaw.LISTS_LATE);
    assertThat(run("init", REPO, "--single-writer", "--json").exits(1).error().path("code"))
        .hasToString("\"unsafe\"");
    bucket.with(HttpBucket.Flaw.IGNORES_CONDITIONS);
    run("init", REPO).exits(1);
    JsonNode made = run("init", REPO, "--single-writer", "--json").exits(0).only();
    assertThat(made.path("single_writer").asBoolean()).isTrue();
    run("import", source().toString(), REPO).exits(0);
    run("branch", REPO, "try").exits(0);
    assertThat(run("dump", REPO, "config", "--json").only().path("single_writer").asBoolean())
        .isTrue();
    assertThat(bucket.keys()).noneMatch(key -> key.startsWith("r/writers/"));
    JsonNode race =
        run("doctor", REPO, "--json").exits(0).lines("check").stream()
            .filter(line -> line.path("check").asText().equals("race"))
            .findFirst()
            .orElseThrow();
    assertThat(race.path("verdict").asText()).isEqualTo("warning");
    Cli.run("init", folder.resolve("d").toString(), "--single-writer").exits(2);
  }

  @Test
  void anotherWriterKeepsAllOthersOutUntilItIsKnownToBeDead() throws IOException {
    run("init", REPO, "--single-writer").exits(0);
    run("import", source().toString(), REPO).exits(0);
    String before = run("log", REPO).exits(0).out();
    bucket.place("r/writers/other", "ada, process 1".getBytes(StandardCharsets.UTF_8));

    JsonNode refused = run("put", REPO, "x", file("1"), "--json").exits(1).error();
    assertThat(refused.path("message").asText())
        .contains("one writer at a time", "ada, process 1", "r/writers/other");
    run("branch", REPO, "b").exits(1);
    run("tag", REPO, "t").exits(1);
    assertThat(run("log", REPO).exits(0).out()).isEqualTo(before);
    assertThat(bucket.keys()).filteredOn(key -> key.startsWith("r/writers/")).hasSize(1);

    assertThat(run("doctor", REPO, "--break-writer", "--json").only().path("broken").asLong())
        .isEqualTo(1);
    run("put", REPO, "x", file("1")).exits(0);
    assertThat(bucket.keys()).noneMatch(key -> key.startsWith("r/writers/"));
  }

  @Test
  void otherPlacesAreRefusedByName() {
    JsonNode error = Cli.run("init", "gs://bucket/prefix", "--json").exits(1).error();
    assertThat(error.path("message").asText()).contains("gs://bucket/prefix");
    assertThat(Cli.run("init", "s3://b", "--json").exits(2).error().path("message").asText())
        .contains("no name of a bucket");
    assertThat(
            Cli.run("log", REPO, "--endpoint", "localhost:9000", "--json")
                .exits(2)
                .error()
                .path("message")
                .asText())
        .contains("http://host:port");
  }
}
