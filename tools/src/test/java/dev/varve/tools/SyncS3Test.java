package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies to and from a bucket: what arrives, and by how many requests. */
class SyncS3Test {
  private static final String REMOTE = "s3://bucket/r";
  private static final int CHUNKS = 60;

  @TempDir private Path folder;
  private HttpBucket bucket;
  private String here = "";

  @BeforeEach
  void fill() throws IOException {
    bucket = new HttpBucket("bucket");
    here = Cli.repository(folder);
    Cli.run("import", source().toString(), here).exits(0);
  }

  @AfterEach
  void stop() {
    bucket.close();
  }

  private Cli.Result run(String... args) {
    return Cli.run(bucket.args(args));
  }

  private int requests(Runnable action) {
    int before = bucket.requests();
    action.run();
    return bucket.requests() - before;
  }

  private Path source() throws IOException {
    Path source = folder.resolve("source");
    Random random = new Random(5);
    Path chunks = Files.createDirectories(source.resolve("air/c"));
    Files.writeString(source.resolve("zarr.json"), Zarr.groupV3("{}"));
    Files.writeString(
        source.resolve("air/zarr.json"), Zarr.arrayV3("120, 3", "{\"units\": \"K\"}"));
    for (int i = 0; i < CHUNKS; i++) {
      byte[] chunk = new byte[i == 7 ? 300_000 : 500 + i];
      random.nextBytes(chunk);
      Files.write(Files.createDirectories(chunks.resolve(String.valueOf(i))).resolve("0"), chunk);
    }
    Files.writeString(source.resolve("README é.txt"), "kept as it is");
    return source;
  }

  private static SortedMap<String, ByteBuffer> files(Path root) throws IOException {
    SortedMap<String, ByteBuffer> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(root.relativize(file).toString(), ByteBuffer.wrap(Files.readAllBytes(file)));
      }
    }
    return files;
  }

  @Test
  void fromDiskToABucketAndBackNothingChanges() throws IOException {
    run("clone", here, REMOTE).exits(0);
    String back = folder.resolve("back").toString();
    run("clone", REMOTE, back).exits(0);
    assertThat(Cli.run("hash", back).exits(0).out()).isEqualTo(Cli.run("hash", here).out());
    assertThat(run("hash", REMOTE).exits(0).out()).isEqualTo(Cli.run("hash", here).out());
    Cli.run("verify", back).exits(0);
    Path out = folder.resolve("out");
    Cli.run("export", back, "main", out.toString()).exits(0);
    assertThat(files(out)).isEqualTo(files(folder.resolve("source")));
    Path direct = folder.resolve("direct");
    run("export", REMOTE, "main", direct.toString()).exits(0);
    assertThat(files(direct)).isEqualTo(files(folder.resolve("source")));
  }

  /** The configuration, the ref's newest number, its record. */
  @Test
  void aPushOfNothingIsThreeRequests() {
    run("clone", here, REMOTE).exits(0);
    assertThat(requests(() -> run("push", here, REMOTE).exits(0))).isEqualTo(3);
  }

  /** The configuration, one listing, and a record each. */
  @Test
  void aPushOfNothingToManyRefsIsARequestEach() {
    for (String name : List.of("b", "c", "d", "e")) {
      Cli.run("branch", here, name).exits(0);
      Cli.run("tag", here, "v-" + name).exits(0);
    }
    run("clone", here, REMOTE).exits(0);
    assertThat(requests(() -> run("push", here, REMOTE, "--all").exits(0))).isEqualTo(2 + 9);
    assertThat(requests(() -> run("push", here, REMOTE, "b", "c").exits(0))).isEqualTo(2 + 2);
  }

  @Test
  void aFirstPushIsLittleMoreThanOneRequestAnObject() {
    run("init", REMOTE).exits(0);
    JsonNode[] done = new JsonNode[1];
    int requests = requests(() -> done[0] = run("push", here, REMOTE, "--json").exits(0).last());
    int objects = done[0].path("objects").asInt();
    assertThat(objects).isGreaterThan(CHUNKS);
    // Fewer than a thousand names are asked for one by one.
    assertThat(requests).isLessThanOrEqualTo(2 * objects + 15);
  }

  @Test
  void credentialsThatExpireMidwayAreLookedForAgain() {
    run("init", REMOTE).exits(0);
    bucket.expireAfter(30, "another");
    run("push", here, REMOTE).exits(0);
    assertThat(bucket.expired()).isPositive();
    assertThat(run("verify", REMOTE).exits(0).out()).isNotEmpty();
    assertThat(run("hash", REMOTE).exits(0).out()).isEqualTo(Cli.run("hash", here).out());
  }

  @Test
  void aPushWhoseCredentialsStayExpiredSaysSoAndGoesOnWithOthers() {
    run("init", REMOTE).exits(0);
    bucket.expireAfter(30, "tester");
    Cli.Result refused = run("push", here, REMOTE);
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("have expired: get new ones");
    assertThat(bucket.keys()).noneMatch(key -> key.contains("/refs/"));

    System.setProperty("aws.accessKeyId", "another");
    run("push", here, REMOTE).exits(0);
    assertThat(run("hash", REMOTE).exits(0).out()).isEqualTo(Cli.run("hash", here).out());
  }

  @Test
  void aPushOfAStepIsSomeRequests() throws IOException {
    run("clone", here, REMOTE).exits(0);
    Cli.put(here, "air/c/0/0", "new value");
    JsonNode[] done = new JsonNode[1];
    int requests = requests(() -> done[0] = run("push", here, REMOTE, "--json").exits(0).last());
    assertThat(done[0].path("objects").asInt()).isEqualTo(3);
    // Each object is asked for and put; three requests as ever, and the ref. What is missing under
    // its name could be there as a copy if there ever was a collection: that is one listing.
    assertThat(requests).isLessThanOrEqualTo(2 * 3 + 3 + 1 + 1);
  }

  @Test
  void aDryRunCountsRequestsAndCostsAndSendsNothing() {
    run("init", REMOTE).exits(0);
    int before = bucket.keys().size();
    JsonNode told = run("push", here, REMOTE, "--dry-run", "--json").exits(0).last();
    assertThat(bucket.keys()).hasSize(before);
    JsonNode done = run("push", here, REMOTE, "--json").exits(0).last();
    assertThat(told.path("objects")).isEqualTo(done.path("objects"));
    assertThat(told.path("bytes")).isEqualTo(done.path("bytes"));
    // The objects, and a ref: its number is listed, its record put. It is new, so the others are
    // listed, it is opened, and collections are looked for.
    assertThat(told.path("write_requests").asInt())
        .isEqualTo(done.path("objects").asInt() + 2 + 3 + 4);
    assertThat(told.path("cost_micro_usd").asLong()).isBetween(300L, 2000L);
    assertThat(done.has("cost_micro_usd")).isFalse();
    String words = run("clone", REMOTE, folder.resolve("x").toString(), "--dry-run").out();
    assertThat(words).contains("would copy").contains("read requests").contains("$");
  }

  /** One goes up in three parts; of the other three parts come down by the mebibyte. */
  @Test
  void aDryRunCountsThePartsOfLargeValues() throws IOException {
    Path large = Files.write(folder.resolve("large"), new byte[(16 << 20) + 5]);
    Cli.run("put", here, "air/c/9/0", large.toString()).exits(0);
    run("init", REMOTE).exits(0);
    JsonNode told = run("push", here, REMOTE, "--dry-run", "--json").exits(0).last();
    int before = bucket.writes();
    int all = requests(() -> run("push", here, REMOTE).exits(0));
    int writes = bucket.writes() - before;
    assertThat(told.path("write_requests").asInt()).isBetween(writes - 2, writes);
    // At most: many names are told by a listing, which may spare asking for each.
    assertThat(told.path("read_requests").asInt()).isBetween(all - writes - 2, all - writes + 70);

    String looked = folder.resolve("looked").toString();
    JsonNode down = run("clone", REMOTE, looked, "--dry-run", "--json").exits(0).last();
    String back = folder.resolve("back").toString();
    int reads = requests(() -> run("clone", REMOTE, back).exits(0));
    int estimate = down.path("read_requests").asInt() + down.path("write_requests").asInt();
    assertThat(estimate).isBetween(reads - 4, reads + 4);
  }

  @Test
  void aSecondReadAsksForTheConfigurationAndTheRefAlone() {
    run("clone", here, REMOTE).exits(0);
    String cache = folder.resolve("cache").toString();
    String[] read = {"export", REMOTE, "main", "", "--cache", cache};
    read[3] = folder.resolve("cold").toString();
    int cold = requests(() -> run(read).exits(0));
    read[3] = folder.resolve("warm").toString();
    int warm = requests(() -> run(read).exits(0));
    assertThat(cold).isGreaterThan(CHUNKS);
    assertThat(warm).isEqualTo(3);
    read[4] = "--no-cache";
    read[5] = "--json";
    read[3] = folder.resolve("bare").toString();
    assertThat(requests(() -> run(read).exits(0))).isEqualTo(cold);
  }

  /** The listing, the record, the configuration, a node, and the value. */
  @Test
  void aChunkOfAMebibyteIsReadByOneRequestLikeASmallOne() throws IOException {
    Path chunk = Files.write(folder.resolve("chunk"), new byte[(1 << 20) + 16]);
    Cli.run("put", here, "air/c/9/0", chunk.toString()).exits(0);
    run("clone", here, REMOTE).exits(0);
    int small = requests(() -> run("cat", REMOTE, "main", "air/c/8/0", "--no-cache").exits(0));
    int large = requests(() -> run("cat", REMOTE, "main", "air/c/9/0", "--no-cache").exits(0));
    String cache = folder.resolve("cache").toString();
    int keeping =
        requests(() -> run("cat", REMOTE, "main", "air/c/9/0", "--cache", cache).exits(0));
    assertThat(small).isLessThanOrEqualTo(5);
    assertThat(large).isEqualTo(small);
    assertThat(keeping).isEqualTo(small);
  }

  @Test
  void whatWasWrittenIsReadWithoutTheBucket() {
    String cache = folder.resolve("cache").toString();
    run("init", REMOTE).exits(0);
    run("import", folder.resolve("source").toString(), REMOTE, "--cache", cache).exits(0);
    String[] read = {"cat", REMOTE, "main", "air/c/7/0", "--cache", cache};
    assertThat(requests(() -> run(read).exits(0))).isEqualTo(3);
  }

  /** A cache proves nothing about the store, and hides nothing of it from a check. */
  @Test
  void verifyLooksAtTheBucketWhateverIsCached() {
    run("clone", here, REMOTE).exits(0);
    String cache = folder.resolve("cache").toString();
    run("export", REMOTE, "main", folder.resolve("x").toString(), "--cache", cache).exits(0);
    String value =
        bucket.keys().stream()
            .filter(key -> key.contains("/blobs/") && bucket.bytes(key).length == 300_000)
            .findFirst()
            .orElseThrow();
    bucket.remove(value);
    run("cat", REMOTE, "main", "air/c/7/0", "--cache", cache).exits(0);
    run("cat", REMOTE, "main", "air/c/7/0", "--no-cache").exits(3);
    run("verify", REMOTE, "--cache", cache).exits(3);
  }
}
