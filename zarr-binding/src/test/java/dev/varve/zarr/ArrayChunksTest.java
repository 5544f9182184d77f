package dev.varve.zarr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.version.View;
import dev.varve.zarr.ZarrNode.ArrayNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ArrayChunksTest {
  private final TestRepository repository = new TestRepository();

  @AfterEach
  void close() {
    repository.close();
  }

  private static ArrayChunks chunks(View view, String path) {
    ZarrTree tree = new ZarrTree(view);
    return tree.chunks((ArrayNode) tree.node(ZarrPath.of(path)).orElseThrow());
  }

  private static <T> List<String> all(Iterator<T> items) {
    List<String> texts = new ArrayList<>();
    items.forEachRemaining(item -> texts.add(String.valueOf(item)));
    return texts;
  }

  private static List<String> stray(ArrayChunks chunks) {
    List<String> keys = new ArrayList<>();
    chunks.stray().forEachRemaining(entry -> keys.add(entry.key().toString()));
    return keys;
  }

  @Test
  void missingPlacesComeLastDimensionFastest() {
    ArrayChunks chunks =
        chunks(
            repository.commit(
                "a/zarr.json", Documents.array3("[5, 3]", "[2, 2]"),
                "a/c/0/1", "x",
                "a/c/2/0", "x"),
            "/a");
    assertThat(chunks.total()).isEqualTo(6);
    assertThat(chunks.present()).isEqualTo(2);
    assertThat(all(chunks.missing())).containsExactly("[0, 0]", "[1, 0]", "[1, 1]", "[2, 1]");
    assertThat(stray(chunks)).isEmpty();
    assertThatThrownBy(
            () -> {
              Iterator<ChunkCoords> missing = chunks.missing();
              while (true) {
                missing.next();
              }
            })
        .isInstanceOf(NoSuchElementException.class);
  }

  @Test
  void keysThatAreNoChunkOfTheGridAreStray() {
    ArrayChunks chunks =
        chunks(
            repository.commit(
                "a/zarr.json", Documents.array3("[2]", "[1]"),
                "a/.zattrs", "{}",
                "a/c/0", "x",
                "a/c/2", "x",
                "a/c/01", "x",
                "a/0", "x",
                "a/readme.txt", "x",
                "ab/c/1", "x"),
            "/a");
    assertThat(chunks.present()).isEqualTo(1);
    assertThat(stray(chunks)).containsExactly("a/0", "a/c/01", "a/c/2", "a/readme.txt");
    assertThat(all(chunks.missing())).containsExactly("[1]");
  }

  @Test
  void scalarAndEmptyArrays() {
    View view =
        repository.commit(
            "scalar/zarr.json", Documents.array3("[]", "[]"),
            "scalar/c", "x",
            "absent/.zarray", Documents.array2("[]", "[]"),
            "empty/zarr.json", Documents.array3("[0, 4]", "[1, 1]"));
    assertThat(chunks(view, "/scalar").present()).isEqualTo(1);
    assertThat(all(chunks(view, "/scalar").missing())).isEmpty();
    assertThat(all(chunks(view, "/absent").missing())).containsExactly("[]");
    assertThat(chunks(view, "/empty").total()).isZero();
    assertThat(all(chunks(view, "/empty").missing())).isEmpty();
  }

  @Test
  void missingPlacesOfAHugeArrayAreFoundAsTheyAreAskedFor() {
    ArrayChunks chunks =
        chunks(
            repository.commit(
                "a/zarr.json",
                Documents.array3("[9223372036854775807, 9223372036854775807]", "[1, 1]"),
                "a/c/0/0",
                "x"),
            "/a");
    assertThat(chunks.total()).isEqualTo(Long.MAX_VALUE);
    Iterator<ChunkCoords> missing = chunks.missing();
    assertThat(missing.next()).isEqualTo(ChunkCoords.of(0, 1));
    assertThat(missing.next()).isEqualTo(ChunkCoords.of(0, 2));
  }

  @Test
  void placesWhoseKeyWouldBeTooLongAreMissing() {
    String ones = "[" + "1, ".repeat(599) + "1]";
    ArrayChunks chunks =
        chunks(repository.commit("a/zarr.json", Documents.array3(ones, ones)), "/a");
    assertThat(chunks.total()).isEqualTo(1);
    assertThat(all(chunks.missing())).hasSize(1);
  }

  @Test
  void anArrayBelowKeepsItsChunks() {
    ArrayChunks chunks =
        chunks(
            repository.commit(
                "a/.zarray",
                Documents.array2("[2, 2]", "[1, 1]", "\"dimension_separator\": \"/\", "),
                "a/0/.zarray",
                Documents.array2("[2]", "[1]"),
                "a/0/0",
                "x",
                "a/1/0",
                "x"),
            "/a");
    assertThat(chunks.present()).isEqualTo(1);
    assertThat(stray(chunks)).isEmpty();
  }
}
