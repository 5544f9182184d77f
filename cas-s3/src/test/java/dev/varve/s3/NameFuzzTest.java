package dev.varve.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.error.CorruptDataException;
import dev.varve.error.InvalidNameException;
import dev.varve.ref.RefName;
import dev.varve.testkit.Fuzz;
import dev.varve.testkit.FuzzTarget;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Any text as what a bucket lists, and as a location. */
class NameFuzzTest {
  private static final S3Layout LAYOUT = new S3Layout("p/");

  @Test
  void namesOfRefsAreRefusedOrThoseThatVarveGives() throws InterruptedException {
    String refs = LAYOUT.refs(RefName.Kind.HEADS);
    FuzzTarget target =
        FuzzTarget.ofText(
                "ref folder",
                text -> {
                  String folder = refs + text.replace("/", "") + "/";
                  RefName name = LAYOUT.refOf(RefName.Kind.HEADS, folder);
                  if (!LAYOUT.ref(name).equals(folder)) {
                    throw new AssertionError("a ref lies elsewhere: " + name);
                  }
                },
                CorruptDataException.class)
            .seeded("main", "a%2Fb", "%C3%A9")
            .speaking("%", "%2F", "%00", "%c3", "%C3%A9", ".", "..", "%ED%A0%80");
    assertThat(Fuzz.run(target)).containsKey("accepted").hasSizeGreaterThan(2);
  }

  @Test
  void namesOfBlobsAndRecordsAreThoseThatVarveGivesOrNone() throws InterruptedException {
    String hash = "0123456789abcdef".repeat(4);
    FuzzTarget target =
        FuzzTarget.ofText(
                "object name",
                text -> {
                  LAYOUT
                      .blobOf(LAYOUT.blobs() + text)
                      .ifPresent(
                          found -> {
                            if (!(LAYOUT.blobs() + text).startsWith(LAYOUT.blob(found))) {
                              throw new AssertionError("another blob: " + found);
                            }
                          });
                  S3Layout.numberOf("gc/", "gc/" + text)
                      .ifPresent(
                          number -> {
                            if (number < 1) {
                              throw new AssertionError("record " + number);
                            }
                          });
                })
            .seeded(hash.substring(0, 2) + "/" + hash.substring(2), "fffffffffffffffe")
            .seeded(hash.substring(0, 2) + "/" + hash.substring(2) + ".0000000000000001")
            .speaking("/", ".", "0000000000000000", "ffffffffffffffff", "F");
    Fuzz.run(target);
  }

  @Test
  void locationsAreRefusedOrRead() throws InterruptedException {
    FuzzTarget target =
        FuzzTarget.ofText(
                "location",
                text -> S3Location.parse(text, Optional.empty(), Optional.empty(), false),
                InvalidNameException.class)
            .seeded("s3://bucket", "s3://bucket/a/b/", "s3://my.bucket-1/x_y/Z")
            .speaking("s3://", "/", "//", "..", "a/", ".");
    assertThat(Fuzz.run(target)).containsKey("accepted");
    FuzzTarget endpoint =
        FuzzTarget.ofText(
                "endpoint",
                text -> S3Location.parse("s3://b1b", Optional.of(text), Optional.empty(), true),
                InvalidNameException.class)
            .seeded("http://127.0.0.1:9000", "https://[::1]/", "https://host")
            .speaking("://", ":", "@", "[", "]", "?", "#", "%", "//");
    assertThat(Fuzz.run(endpoint)).containsKey("accepted");
  }
}
