package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bucket whose objects were damaged, repaired from a copy on disk, over HTTP. */
class RepairBucketTest {
  private static final String REPO = "s3://bucket/r";

  @TempDir private Path folder;
  private HttpBucket bucket;
  private String copy = "";

  @BeforeEach
  void fill() {
    bucket = new HttpBucket("bucket");
    copy = folder.resolve("copy").toString();
    String local = Cli.repository(folder);
    Cli.apply(local, "one", Cli.set("air/.zarray", Zarr.ARRAY_V2), Cli.set("air/0.0", "first"));
    Cli.apply(local, "two", Cli.set("air/0.1", "second"));
    run("clone", local, REPO).exits(0);
    Cli.run("clone", local, copy).exits(0);
  }

  @AfterEach
  void stop() {
    bucket.close();
  }

  private Cli.Result run(String... args) {
    return Cli.run(bucket.args(args));
  }

  private List<String> blobs() {
    return bucket.keys().stream().filter(key -> key.startsWith("r/blobs/")).toList();
  }

  @Test
  void flippedDeletedSwappedAndTruncatedObjectsComeBackFromALocalCopy() {
    List<String> blobs = blobs();
    List<byte[]> before = new ArrayList<>();
    blobs.forEach(key -> before.add(bucket.bytes(key)));
    for (int i = 0; i < blobs.size(); i++) {
      byte[] bytes = before.get(i).clone();
      switch (i % 4) {
        case 0 -> {
          bytes[bytes.length / 2] ^= 5;
          bucket.place(blobs.get(i), bytes);
        }
        case 1 -> bucket.remove(blobs.get(i));
        case 2 -> bucket.place(blobs.get(i), before.get(i - 1));
        default -> bucket.place(blobs.get(i), new byte[0]);
      }
    }
    run("verify", REPO).exits(3);

    Cli.Result result = run("repair", REPO, "--from", copy, "--json").exits(0);

    assertThat(result.lines("repaired")).hasSize(blobs.size());
    // Nothing is thrown away: what was there is there, under another name.
    for (JsonNode moved : result.lines("moved-aside")) {
      assertThat(bucket.keys()).contains(moved.path("place").asText());
    }
    assertThat(result.lines("moved-aside")).hasSize(blobs.size() - (blobs.size() + 2) / 4);
    for (int i = 0; i < blobs.size(); i++) {
      assertThat(bucket.bytes(blobs.get(i))).isEqualTo(before.get(i));
    }
    run("verify", REPO).exits(0);
    assertThat(run("cat", REPO, "main", "air/0.1").exits(0).out()).isEqualTo("second");
  }

  @Test
  void whatNoCopyHoldsStaysWhereItIsAndIsTold() {
    String key =
        blobs().stream()
            .filter(each -> new String(bucket.bytes(each), StandardCharsets.UTF_8).equals("second"))
            .findFirst()
            .orElseThrow();
    bucket.place(key, "anything".getBytes(StandardCharsets.UTF_8));

    JsonNode lost = run("repair", REPO, "--json").exits(3).lines("lost").get(0);

    assertThat(lost.path("array").asText()).isEqualTo("/air");
    assertThat(lost.path("chunk").toString()).isEqualTo("[0,1]");
    assertThat(bucket.bytes(key)).isEqualTo("anything".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void damagedRecordOfABranchIsItselfAgain() {
    String newest =
        bucket.keys().stream()
            .filter(key -> key.startsWith("r/refs/heads/main/"))
            .findFirst()
            .orElseThrow();
    byte[] right = bucket.bytes(newest);
    byte[] wrong = right.clone();
    wrong[80] ^= 16;
    bucket.place(newest, wrong);
    run("log", REPO).exits(3);

    run("repair", REPO, "--json").exits(0);

    assertThat(bucket.bytes(newest)).isEqualTo(right);
    run("verify", REPO).exits(0);
  }
}
