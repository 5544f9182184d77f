package dev.varve.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.error.CorruptDataException;
import dev.varve.hash.ContentHash;
import dev.varve.ref.RefName;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class S3LayoutTest {
  private static final S3Layout LAYOUT = new S3Layout("a/b/");
  private static final ContentHash HASH = ContentHash.parse("ab".repeat(31) + "cd");

  @Test
  void namesAreThoseOfTheFormat() {
    assertThat(LAYOUT.config()).isEqualTo("a/b/config");
    assertThat(LAYOUT.blob(HASH)).isEqualTo("a/b/blobs/ab/" + "ab".repeat(30) + "cd");
    assertThat(LAYOUT.copies(HASH)).isEqualTo(LAYOUT.blob(HASH) + ".");
    assertThat(LAYOUT.chain()).isEqualTo("a/b/gc/");
    assertThat(LAYOUT.refRecord(RefName.branch("main"), 1))
        .isEqualTo("a/b/refs/heads/main/fffffffffffffffe");
    assertThat(LAYOUT.refRecord(RefName.tag("v1/x"), 255))
        .isEqualTo("a/b/refs/tags/v1%2Fx/ffffffffffffff00");
    assertThat(LAYOUT.refRecord(RefName.pin("\u00e9"), 2))
        .isEqualTo("a/b/refs/pins/%C3%A9/fffffffffffffffd");
    assertThat(new S3Layout("").config()).isEqualTo("config");
  }

  @Test
  void newerRecordsStandBeforeOlderOnes() {
    long[] numbers = {1, 2, 9, 10, 15, 16, 255, 256, 1L << 40, Long.MAX_VALUE};
    for (int i = 1; i < numbers.length; i++) {
      assertThat(LAYOUT.refRecord(RefName.branch("x"), numbers[i]))
          .isLessThan(LAYOUT.refRecord(RefName.branch("x"), numbers[i - 1]));
    }
  }

  @Test
  void numbersAndNamesAreReadBack() {
    for (String name :
        new String[] {"main", "a/b", "%", "%2F", "!", "\u6f22/\ud83c\udf0a", "a..b"}) {
      RefName ref = RefName.branch(name);
      String folder = LAYOUT.ref(ref);
      assertThat(LAYOUT.refOf(RefName.Kind.HEADS, folder)).isEqualTo(ref);
      assertThat(folder.substring(LAYOUT.refs(RefName.Kind.HEADS).length()))
          .matches("[A-Za-z0-9._%-]+/");
      assertThat(S3Layout.numberOf(folder, LAYOUT.refRecord(ref, 77))).hasValue(77);
    }
  }

  @Test
  void blobsAreKnownByPlainAndCopyNames() {
    assertThat(LAYOUT.blobOf(LAYOUT.blob(HASH))).contains(HASH);
    assertThat(LAYOUT.blobOf(LAYOUT.copies(HASH) + "000000000000000a")).contains(HASH);
    assertThat(LAYOUT.blobOf(LAYOUT.copies(HASH) + "0a")).isEmpty();
    assertThat(
            LAYOUT.blobOf(
                LAYOUT.blob(HASH).toUpperCase(Locale.ROOT).replace("A/B/BLOBS", "a/b/blobs")))
        .isEmpty();
    assertThat(LAYOUT.blobOf(LAYOUT.blobs() + "readme.txt")).isEmpty();
  }

  @Test
  void foreignNamesAreNoRecordsAndNoRefs() {
    String folder = LAYOUT.ref(RefName.branch("main"));
    for (String each : new String[] {"x", "", "ffffffffffffffff", "FFFFFFFFFFFFFFFE", "0"}) {
      assertThat(S3Layout.numberOf(folder, folder + each)).isEmpty();
    }
    String heads = LAYOUT.refs(RefName.Kind.HEADS);
    for (String each : new String[] {"%2f", "%4", "%41", "a b", "..", "%zz"}) {
      assertThatThrownBy(() -> LAYOUT.refOf(RefName.Kind.HEADS, heads + each + "/"))
          .isInstanceOf(CorruptDataException.class);
    }
  }
}
