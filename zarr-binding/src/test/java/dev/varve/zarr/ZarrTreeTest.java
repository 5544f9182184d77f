package dev.varve.zarr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.tree.Key;
import dev.varve.version.Transaction;
import dev.varve.version.View;
import dev.varve.zarr.ZarrNode.ArrayNode;
import dev.varve.zarr.ZarrNode.GroupNode;
import dev.varve.zarr.ZarrNode.OpaqueNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ZarrTreeTest {
  private final TestRepository repository = new TestRepository();

  @AfterEach
  void close() {
    repository.close();
  }

  private static List<String> paths(View view, String below) {
    List<String> paths = new ArrayList<>();
    new ZarrTree(view)
        .nodes(ZarrPath.of(below))
        .forEachRemaining(
            node ->
                paths.add(
                    (node instanceof ArrayNode
                            ? "array "
                            : node instanceof GroupNode ? "group " : "? ")
                        + node.path()));
    return paths;
  }

  private View mixed() {
    return repository.commit(
        "zarr.json", Documents.group3(),
        "z/zarr.json", Documents.array3("[2]", "[1]"),
        "z/c/0", "x",
        "a/b/zarr.json", Documents.group3(),
        "a/b/x/.zarray", Documents.array2("[2]", "[1]"),
        "a/b/x/.zattrs", "{}",
        "a/b/x/0", "x",
        "a/zarr.json", Documents.group3(),
        "a-b/zarr.json", Documents.array3("[2]", "[1]"),
        "implied/deep/.zgroup", Documents.group2(),
        "odd/zarr.json", "{",
        "files/readme", "x");
  }

  @Test
  void nodesComeBeforeWhatLiesBelowThem() {
    List<String> expected =
        List.of(
            "group /",
            "array /a-b",
            "group /a",
            "group /a/b",
            "array /a/b/x",
            "group /implied/deep",
            "? /odd",
            "array /z");
    assertThat(paths(mixed(), "/")).isEqualTo(expected);
    assertThat(paths(repository.main(), "/a"))
        .containsExactly("group /a", "group /a/b", "array /a/b/x");
    assertThat(paths(repository.main(), "/files")).isEmpty();
    assertThat(paths(repository.main(), "/absent")).isEmpty();
    try (Transaction transaction = repository.repository().begin("main")) {
      transaction.delete(Key.of("a/zarr.json"));
      assertThat(paths(transaction, "/a")).containsExactly("group /a/b", "array /a/b/x");
    }
  }

  @Test
  void aRootArrayIsANode() {
    assertThat(paths(repository.commit(".zarray", Documents.array2("[2]", "[1]"), "0", "x"), "/"))
        .containsExactly("array /");
    assertThat(new ZarrTree(repository.main()).chunk(Key.of("0")))
        .contains(new ChunkRef(ZarrPath.ROOT, ChunkCoords.of(0)));
  }

  @Test
  void ofSeveralDocumentsClientsPreferFormat3AndArrays() {
    View view =
        repository.commit(
            "a/zarr.json", Documents.array3("[2]", "[1]"),
            "a/.zarray", Documents.array2("[2]", "[1]"),
            "a/.zgroup", Documents.group2(),
            "b/.zarray", Documents.array2("[2]", "[1]"),
            "b/.zgroup", Documents.group2(),
            "c/zarr.json", "not json",
            "c/.zarray", Documents.array2("[2]", "[1]"));
    ZarrTree tree = new ZarrTree(view);
    assertThat(tree.node(ZarrPath.of("/a")).orElseThrow().key()).isEqualTo(Key.of("a/zarr.json"));
    assertThat(tree.node(ZarrPath.of("/b")).orElseThrow()).isInstanceOf(ArrayNode.class);
    assertThat(tree.node(ZarrPath.of("/c")).orElseThrow().key()).isEqualTo(Key.of("c/.zarray"));
    assertThat(paths(view, "/")).containsExactly("array /a", "array /b", "array /c");
  }

  @Test
  void anEmptyDocumentIsOpaque() {
    View view = repository.commit("a/zarr.json", "");
    assertThat(new ZarrTree(view).node(ZarrPath.of("/a")).orElseThrow())
        .isInstanceOf(OpaqueNode.class);
  }

  @Test
  void chunksAreFoundByTheirKeys() {
    ZarrTree tree = new ZarrTree(mixed());
    assertThat(tree.chunk(Key.of("z/c/0")))
        .contains(new ChunkRef(ZarrPath.of("/z"), ChunkCoords.of(0)));
    assertThat(tree.chunk(Key.of("z/c/1")))
        .contains(new ChunkRef(ZarrPath.of("/z"), ChunkCoords.of(1)));
    assertThat(tree.chunk(Key.of("z/c/99")))
        .contains(new ChunkRef(ZarrPath.of("/z"), ChunkCoords.of(99)));
    assertThat(tree.chunk(Key.of("z/readme"))).isEmpty();
    assertThat(tree.chunk(Key.of("a/b/x/1")))
        .contains(new ChunkRef(ZarrPath.of("/a/b/x"), ChunkCoords.of(1)));
    assertThat(tree.chunk(Key.of("a/b/0"))).isEmpty();
    assertThat(tree.chunk(Key.of("files/readme"))).isEmpty();
    assertThat(tree.chunk(Key.of("odd/c/0"))).isEmpty();
    assertThat(tree.owner(Key.of("z/zarr.json")).orElseThrow().path()).isEqualTo(ZarrPath.of("/z"));
    assertThat(tree.owner(Key.of("zz/c/0"))).isEmpty();
  }

  @Test
  void theNearestArrayOwnsAKey() {
    ZarrTree tree =
        new ZarrTree(
            repository.commit(
                "a/.zarray",
                Documents.array2("[2, 2]", "[1, 1]", "\"dimension_separator\": \"/\", "),
                "a/0/.zarray",
                Documents.array2("[2]", "[1]"),
                "a/0/0",
                "x",
                "a/1/0",
                "x"));
    assertThat(tree.chunk(Key.of("a/0/0")))
        .contains(new ChunkRef(ZarrPath.of("/a/0"), ChunkCoords.of(0)));
    assertThat(tree.chunk(Key.of("a/1/0")))
        .contains(new ChunkRef(ZarrPath.of("/a"), ChunkCoords.of(1, 0)));
    assertThat(tree.chunk(Key.of("a/0/0")))
        .contains(new ChunkRef(ZarrPath.of("/a/0"), ChunkCoords.of(0)));
  }
}
