package dev.varve.zarr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.error.InvalidNameException;
import dev.varve.tree.Key;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ZarrPathTest {
  @ParameterizedTest
  @CsvSource({
    "/,/,''",
    "/air,/air,air/",
    "air,/air,air/",
    "/a/b/,/a/b,a/b/",
    "/a b/é,/a b/é,a b/é/"
  })
  void readsWhatUsersWrite(String given, String shown, String directory) {
    ZarrPath path = ZarrPath.of(given);
    assertThat(path).hasToString(shown);
    assertThat(path.directory()).isEqualTo(directory);
    assertThat(ZarrPath.ofDirectory(directory)).isEqualTo(path);
    assertThat(ZarrPath.of(path.toString())).isEqualTo(path).hasSameHashCodeAs(path);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "//", "/a//b", "/./a", "/a/..", "..", "/a\u0000"})
  void refusesWhatIsNoPathAndNamesIt(String given) {
    assertThatThrownBy(() -> ZarrPath.of(given))
        .isInstanceOf(InvalidNameException.class)
        .hasMessageContaining("path");
  }

  @Test
  void refusesPathsLongerThanKeys() {
    assertThat(ZarrPath.of("/" + "a".repeat(1024)).name()).hasSize(1024);
    assertThatThrownBy(() -> ZarrPath.of("/" + "a".repeat(1025)))
        .isInstanceOf(InvalidNameException.class);
  }

  @Test
  void goesUpAndDown() {
    ZarrPath path = ZarrPath.of("/a/b");
    assertThat(path.parent()).contains(ZarrPath.of("/a"));
    assertThat(ZarrPath.of("/a").parent()).contains(ZarrPath.ROOT);
    assertThat(ZarrPath.ROOT.parent()).isEmpty();
    assertThat(ZarrPath.ROOT.name()).isEmpty();
    assertThat(ZarrPath.of("/a").child("b")).isEqualTo(path);
    assertThat(path.name()).isEqualTo("b");
    assertThat(path.key("c/0")).isEqualTo(Key.of("a/b/c/0"));
    assertThat(ZarrPath.parentOf(Key.of("a/b/zarr.json"))).isEqualTo(path);
    assertThat(ZarrPath.parentOf(Key.of("zarr.json"))).isEqualTo(ZarrPath.ROOT);
  }

  @Test
  void containsWhatIsBelowAndNotWhatBeginsAlike() {
    ZarrPath a = ZarrPath.of("/a");
    assertThat(a.contains(Key.of("a/b"))).isTrue();
    assertThat(a.contains(Key.of("ab"))).isFalse();
    assertThat(a.contains(Key.of("a"))).isFalse();
    assertThat(a.contains(ZarrPath.of("/a/b"))).isTrue();
    assertThat(a.contains(a)).isTrue();
    assertThat(ZarrPath.ROOT.contains(Key.of("x"))).isTrue();
    assertThat(a.relative(Key.of("a/b/c"))).contains("b/c");
    assertThat(a.relative(Key.of("b"))).isEmpty();
  }

  @Test
  void sortsAsKeysDo() {
    List<ZarrPath> sorted =
        List.of(
            ZarrPath.ROOT,
            ZarrPath.of("/a-b"),
            ZarrPath.of("/a"),
            ZarrPath.of("/a/b"),
            ZarrPath.of("/a0"),
            ZarrPath.of("/\uFF5E"),
            ZarrPath.of("/\uD83D\uDE00"));
    List<ZarrPath> mixed = new ArrayList<>(sorted);
    Collections.reverse(mixed);
    Collections.sort(mixed);
    assertThat(mixed).isEqualTo(sorted);
  }

  @Test
  void documentsAreToldFromOtherKeysByTheirNameAlone() {
    assertThat(ZarrKeys.isDocument(Key.of("a/.zattrs"))).isTrue();
    assertThat(ZarrKeys.makesNode(Key.of("a/.zattrs"))).isFalse();
    assertThat(ZarrKeys.makesNode(Key.of("zarr.json"))).isTrue();
    assertThat(ZarrKeys.isDocument(Key.of("a/zarr.json/0"))).isFalse();
    assertThat(ZarrKeys.isDocument(Key.of("a/xzarr.json"))).isFalse();
    assertThat(ZarrKeys.node(Key.of("a/b/.zarray"))).isEqualTo(ZarrPath.of("/a/b"));
  }
}
