package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.varve.tools.HttpBucket.Flaw;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What doctor says of servers that are good, bad, and closed; and that init refuses the bad. */
class DoctorTest {
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

  /** The findings on a server with these flaws, by their names. */
  private Map<String, JsonNode> examine(int exit, Flaw... flaws) {
    bucket.with(flaws);
    Cli.Result result = run("doctor", REPO, "--json").exits(exit);
    JsonNode last = result.last();
    assertThat(last.path("type").asText()).isEqualTo("diagnosis");
    assertThat(last.path("safe").asBoolean()).isEqualTo(exit == 0);
    Map<String, JsonNode> found = new LinkedHashMap<>();
    for (JsonNode line : result.lines("check")) {
      assertThat(line.path("message").asText()).isNotBlank();
      assertThat(found.put(line.path("check").asText(), line)).isNull();
    }
    return found;
  }

  private static String words(Map<String, JsonNode> found, String check, String verdict) {
    JsonNode line = found.get(check);
    assertThat(line).as(found.toString()).isNotNull();
    assertThat(line.path("verdict").asText()).as(line.toString()).isEqualTo(verdict);
    return line.path("message").asText();
  }

  @Test
  void aGoodServerIsGoodInEverythingAndNothingIsLeft() {
    Cli.Result result = run("doctor", REPO, "--json").exits(0);
    List<String> bad = new ArrayList<>();
    result
        .lines("check")
        .forEach(
            line -> {
              if (!line.path("verdict").asText().equals("good")) {
                bad.add(line.toString());
              }
            });
    // It has no rule that drops broken uploads, which costs money and nothing else.
    assertThat(bad).singleElement().asString().contains("AbortIncompleteMultipartUpload");
    assertThat(result.lines("check")).hasSizeGreaterThan(12);
    assertThat(bucket.keys()).isEmpty();
    assertThat(run("doctor", REPO).exits(0).out()).contains("a repository is safe here");
  }

  @Test
  void examiningARepositoryChangesNothingInIt() {
    run("init", REPO).exits(0);
    assertThat(bucket.keys()).containsExactly("r/config");
    assertThat(words(examine(0), "reach", "good")).contains("a repository is there");
    assertThat(bucket.keys()).containsExactly("r/config");
  }

  private void refusesToMakeOne() {
    JsonNode error = run("init", REPO, "--json").exits(1).error();
    assertThat(error.path("code").asText()).isEqualTo("unsafe");
    assertThat(error.path("message").asText()).contains(REPO).contains("overwrite each other");
    assertThat(bucket.keys()).isEmpty();
  }

  @Test
  void aServerThatIgnoresConditionsIsRefused() {
    assertThat(words(examine(1, Flaw.IGNORES_CONDITIONS), "race", "unsafe"))
        .contains("ignores If-None-Match");
    refusesToMakeOne();
    String local = Cli.repository(folder);
    Cli.put(local, "a", "1");
    assertThat(run("clone", local, REPO, "--json").exits(1).error().path("code").asText())
        .isEqualTo("unsafe");
  }

  @Test
  void aServerThatLooksTooEarlyIsRefused() {
    assertThat(words(examine(1, Flaw.LOOKS_BEFORE_THE_BODY), "race", "unsafe"))
        .containsPattern("told [0-9]+ of 16 writers that they won");
    refusesToMakeOne();
  }

  @Test
  void whatMayHurtIsTold() {
    Map<String, JsonNode> found =
        examine(
            1,
            Flaw.TRUSTS_CHECKSUMS,
            Flaw.KEEPS_NO_CHECKSUMS,
            Flaw.IGNORES_RANGES,
            Flaw.EXPIRES,
            Flaw.VERSIONED,
            Flaw.LOCKED,
            Flaw.KEEPS_ALL);
    words(found, "race", "good");
    words(found, "checksum-refused", "warning");
    words(found, "checksum-kept", "note");
    words(found, "range", "note");
    assertThat(words(found, "lifecycle", "unsafe")).contains("'tidy'");
    words(found, "versioning", "note");
    assertThat(words(found, "lock", "note")).contains("30 days (COMPLIANCE)");
    assertThat(words(found, "clean", "note")).contains("s3://bucket/r/doctor/");
    assertThat(bucket.keys()).isNotEmpty().allMatch(key -> key.startsWith("r/doctor/"));
  }

  @Test
  void listingsThatHideTheNewestAreUnsafe() {
    words(examine(1, Flaw.LISTS_BACKWARDS), "list-order", "unsafe");
    words(examine(1, Flaw.LISTS_LATE), "list-newest", "unsafe");
    assertThat(bucket.keys()).isEmpty();
  }

  @Test
  void whoMayOnlyReadIsToldSo() {
    words(examine(0, Flaw.READ_ONLY), "write", "warning");
    words(examine(1, Flaw.NO_ACCESS), "reach", "unsafe");
    words(examine(1, Flaw.NO_BUCKET), "reach", "unsafe");
  }

  @Test
  void aRepositoryOnADiskIsExamined() {
    String repo = Cli.repository(folder);
    Cli.put(repo, "a", "1");
    Cli.Result result = Cli.run("doctor", repo, "--json").exits(0);
    assertThat(result.lines("check"))
        .extracting(line -> line.path("check").asText())
        .contains("file-system", "space", "rights", "fsync", "locks", "repository");
    assertThat(result.last().path("safe").asBoolean()).isTrue();
    assertThat(Path.of(repo)).isDirectoryNotContaining("glob:**/.varve-doctor*");
  }

  @Test
  void damageAndAbsenceOnADiskAreUnsafe() throws IOException {
    Cli.run("doctor", folder.resolve("none").toString()).exits(1);
    String repo = Cli.repository(folder);
    Path data = Path.of(repo, "data.mdb");
    byte[] bytes = Files.readAllBytes(data);
    Arrays.fill(bytes, 0, 8192, (byte) 7);
    Files.write(data, bytes);
    Cli.Result result = Cli.run("doctor", repo, "--json").exits(1);
    assertThat(result.error().path("code").asText()).isEqualTo("unsafe");
    assertThat(result.lines("check"))
        .filteredOn(line -> line.path("verdict").asText().equals("unsafe"))
        .singleElement()
        .satisfies(line -> assertThat(line.path("check").asText()).isEqualTo("repository"));
  }
}
