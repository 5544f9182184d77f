package dev.varve.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.blob.BlobStore;
import dev.varve.blob.BlobWriter;
import dev.varve.blob.StoredBlob;
import dev.varve.hash.ContentHash;
import dev.varve.memory.MemoryBackend;
import dev.varve.testkit.ForwardingBackend;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Who waits for storage behind a network waits alone. */
class FarStorageTest {
  /** Holds each reader up until it is let go. */
  private static final class Far extends ForwardingBackend implements BlobStore {
    private final CountDownLatch gate = new CountDownLatch(1);
    private final Semaphore waiting = new Semaphore(0);
    private volatile boolean slow;

    Far() {
      super(new MemoryBackend());
    }

    @Override
    public Optional<StoredBlob> open(ContentHash hash) {
      if (slow) {
        waiting.release();
        try {
          gate.await();
        } catch (InterruptedException stopped) {
          throw new AssertionError(stopped);
        }
      }
      return inner.blobs().open(hash);
    }

    @Override
    public Set<ContentHash> missing(Collection<ContentHash> hashes) {
      return inner.blobs().missing(hashes);
    }

    @Override
    public BlobWriter writer(long epoch) {
      return inner.blobs().writer(epoch);
    }

    @Override
    public BlobStore blobs() {
      return this;
    }
  }

  private static int near(Served served, String path) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(served.uri(path)).build();
    return served
        .client()
        .sendAsync(request, HttpResponse.BodyHandlers.discarding())
        .get(30, TimeUnit.SECONDS)
        .statusCode();
  }

  @Test
  void holdsUpNobodyButThoseWhoReadIt() throws Exception {
    int readers = 2 * Runtime.getRuntime().availableProcessors() + 2;
    Far far = new Far();
    try (Served served =
        Served.with(
            far,
            (builder, repository) ->
                builder
                    .repository("far", repository)
                    .repository("near", Served.create(new MemoryBackend())))) {
      for (int i = 0; i < readers; i++) {
        served.commit("value" + i, "far away".repeat(1000).getBytes(UTF_8));
      }
      served.get("/far/@main/value0");
      far.slow = true;
      List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
      for (int i = 1; i < readers; i++) {
        HttpRequest request = HttpRequest.newBuilder(served.uri("/far/@main/value" + i)).build();
        answers.add(served.client().sendAsync(request, HttpResponse.BodyHandlers.ofString()));
      }
      try {
        assertThat(far.waiting.tryAcquire(readers - 1, 30, TimeUnit.SECONDS)).isTrue();
        assertThat(near(served, "/health")).isEqualTo(200);
        assertThat(near(served, "/near/")).isEqualTo(200);
        assertThat(answers).noneMatch(CompletableFuture::isDone);
      } finally {
        far.gate.countDown();
      }
      for (CompletableFuture<HttpResponse<String>> answer : answers) {
        assertThat(answer.join().body()).startsWith("far away");
      }
    }
  }
}
