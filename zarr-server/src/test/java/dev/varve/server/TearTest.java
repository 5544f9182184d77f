package dev.varve.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.varve.hash.ContentHash;
import dev.varve.lmdb.LmdbBackend;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A writer appends one step to four arrays at once, while readers ask without pause. */
class TearTest {
  private static final int STEPS = 60;
  private static final List<String> ARRAYS = List.of("time", "tas", "pr", "wind");

  @TempDir private Path folder;

  private static String[] step(int step) {
    List<String> edits = new ArrayList<>();
    for (String array : ARRAYS) {
      edits.add(array + "/zarr.json");
      edits.add(
          "{\"zarr_format\":3,\"node_type\":\"array\",\"shape\":["
              + step
              + "],\"data_type\":\"int32\",\"chunk_grid\":{\"name\":\"regular\",\"configuration\":{\"chunk_shape\":[1]}},"
              + "\"chunk_key_encoding\":{\"name\":\"default\"},\"fill_value\":0,\"codecs\":[{\"name\":\"bytes\"}],"
              + "\"attributes\":{\"step\":"
              + step
              + "}}");
      edits.add(array + "/c/" + (step - 1));
      edits.add(array + " at step " + step);
    }
    edits.add("zarr.json");
    edits.add("{\"zarr_format\":3,\"node_type\":\"group\",\"attributes\":{}}");
    return edits.toArray(String[]::new);
  }

  @Test
  void everyAnswerIsOfOneCommitAndEveryPinnedReadIsWhole() throws Exception {
    try (Served ocean = Served.over(LmdbBackend.create(folder.resolve("ocean")))) {
      ContentHash first = ocean.commit("main", step(1));
      String frozen = listing(ocean, first.toString());
      AtomicBoolean writing = new AtomicBoolean(true);
      AtomicInteger polls = new AtomicInteger();
      List<CompletableFuture<Void>> readers = new ArrayList<>();
      for (int reader = 0; reader < 3; reader++) {
        readers.add(
            CompletableFuture.runAsync(
                () -> {
                  int last = 0;
                  while (writing.get() || polls.get() < 2000) {
                    last = poll(ocean, last);
                    polls.incrementAndGet();
                    assertThat(listing(ocean, first.toString())).isEqualTo(frozen);
                  }
                }));
      }
      for (int step = 2; step <= STEPS; step++) {
        ocean.commit("main", step(step));
      }
      writing.set(false);
      for (CompletableFuture<Void> reader : readers) {
        reader.get();
      }
      assertThat(polls.get()).isGreaterThanOrEqualTo(2000);
      assertThat(poll(ocean, 0)).isEqualTo(STEPS);
    }
  }

  private static String listing(Served ocean, String revision) {
    return Served.text(ocean.get("/ocean/@" + revision + "/tas/c/", "Accept", "application/json"));
  }

  /** One reader's look: all documents in one answer, and then the newest chunks through a pin. */
  private static int poll(Served ocean, int last) {
    try {
      HttpResponse<byte[]> whole = ocean.get("/ocean/@main+consolidated/zarr.json");
      var nodes = new ObjectMapper().readTree(whole.body()).at("/consolidated_metadata/metadata");
      int step = nodes.at("/time/shape/0").asInt();
      assertThat(step).isGreaterThanOrEqualTo(last);
      for (String array : ARRAYS) {
        assertThat(nodes.path(array).at("/shape/0").asInt()).isEqualTo(step);
        assertThat(nodes.path(array).at("/attributes/step").asInt()).isEqualTo(step);
      }
      String store = Served.header(ocean.get("/ocean/pin/main"), "Location");
      int pinned =
          new ObjectMapper()
              .readTree(ocean.get(store + "pr/zarr.json").body())
              .at("/shape/0")
              .asInt();
      assertThat(pinned).isGreaterThanOrEqualTo(step);
      for (String array : ARRAYS) {
        assertThat(Served.text(ocean.get(store + array + "/c/" + (pinned - 1))))
            .isEqualTo(array + " at step " + pinned);
        assertThat(ocean.get(store + array + "/c/" + pinned).statusCode()).isEqualTo(404);
      }
      return step;
    } catch (IOException broken) {
      throw new AssertionError(broken);
    }
  }
}
