package dev.varve.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.memory.MemoryBackend;
import dev.varve.ref.Backend;
import dev.varve.ref.Nonce;
import dev.varve.ref.RefName;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.version.CommitInfo;
import dev.varve.version.CommitOutcome;
import dev.varve.version.Environment;
import dev.varve.version.Refs;
import dev.varve.version.Repository;
import dev.varve.version.RepositoryConfig;
import dev.varve.version.Transaction;
import dev.varve.zarr.ZarrConflictRule;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;

/**
 * A repository called ocean, a server in front of it, and short ways to write to the one and ask
 * the other.
 */
final class Served implements AutoCloseable {
  /** When the first thing happens; each later one is a second later. */
  static final long START = 1_700_000_000_000L;

  private final Repository repository;
  private final ZarrServer server;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private Served(Repository repository, ZarrServer server) {
    this.repository = repository;
    this.server = server;
  }

  /** In memory, public. */
  static Served inMemory() {
    return over(new MemoryBackend());
  }

  /** A new repository over a backend, public. */
  static Served over(Backend backend) {
    return over(backend, ServerLimits.usual());
  }

  /** Likewise, with limits. */
  static Served over(Backend backend, ServerLimits limits) {
    Repository repository = create(backend);
    return new Served(
        repository,
        ZarrServer.builder().port(0).limits(limits).repository("ocean", repository).start());
  }

  /** A repository that is there already, of which nothing was read yet. */
  static Served opened(Backend backend) {
    Repository repository = Repository.open(backend, environment(), new ZarrConflictRule());
    return new Served(
        repository, ZarrServer.builder().port(0).repository("ocean", repository).start());
  }

  /** A new repository in a server that is set up further. */
  static Served with(
      Backend backend, BiFunction<ZarrServer.Builder, Repository, ZarrServer.Builder> more) {
    Repository repository = create(backend);
    return new Served(repository, more.apply(ZarrServer.builder().port(0), repository).start());
  }

  static Repository create(Backend backend) {
    return Repository.create(
        backend, RepositoryConfig.of(HashAlgorithm.SHA256), environment(), new ZarrConflictRule());
  }

  private static Environment environment() {
    AtomicLong counter = new AtomicLong();
    return new Environment() {
      @Override
      public long nowMillis() {
        return START + 1000 * counter.incrementAndGet();
      }

      @Override
      public Nonce nonce() {
        return new Nonce(7, counter.incrementAndGet());
      }

      @Override
      public String user() {
        return "Ada";
      }

      @Override
      public void pause(long maxMillis) {}
    };
  }

  Repository repository() {
    return repository;
  }

  ZarrServer server() {
    return server;
  }

  HttpClient client() {
    return client;
  }

  /** Commits edits to a branch: key, value, key, value...; the value "-" deletes. */
  ContentHash commit(String branch, String... edits) {
    try (Transaction transaction = repository.begin(branch)) {
      for (int i = 0; i < edits.length; i += 2) {
        if (edits[i + 1].equals("-")) {
          transaction.delete(Key.of(edits[i]));
        } else {
          transaction.put(Key.of(edits[i]), bytes(edits[i + 1]));
        }
      }
      return committed(transaction.commit(CommitInfo.of("edit " + edits[0])));
    }
  }

  /** Commits one value to main. */
  ContentHash commit(String key, byte[] value) {
    try (Transaction transaction = repository.begin("main")) {
      transaction.put(Key.of(key), ByteBuffer.wrap(value));
      return committed(transaction.commit(CommitInfo.of("edit " + key)));
    }
  }

  static ContentHash committed(CommitOutcome outcome) {
    assertThat(outcome).isInstanceOf(CommitOutcome.Committed.class);
    return ((CommitOutcome.Committed) outcome).id();
  }

  void tag(String name, ContentHash commit) {
    assertThat(repository.refs().create(RefName.tag(name), commit, "test"))
        .isInstanceOf(Refs.RefEdit.Done.class);
  }

  /** The hash of the stored object that holds a key's value on main. */
  ContentHash object(String key) {
    return ((Entry.Blob) repository.snapshot("main").entry(Key.of(key)).orElseThrow()).hash();
  }

  static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  static String sha256(byte[] bytes) {
    return HashAlgorithm.SHA256.hash(bytes).toString();
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }

  HttpResponse<byte[]> get(String path, String... headers) {
    return send("GET", path, headers);
  }

  HttpResponse<byte[]> head(String path, String... headers) {
    return send("HEAD", path, headers);
  }

  HttpResponse<byte[]> send(String method, String path, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path)).method(method, HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException failed) {
      throw new AssertionError(method + " " + path + " was broken off: " + failed, failed);
    } catch (InterruptedException stop) {
      throw new AssertionError(stop);
    }
  }

  static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  static JsonNode json(HttpResponse<byte[]> response) {
    assertThat(header(response, "Content-Type")).isEqualTo("application/json");
    try {
      return new ObjectMapper().readTree(response.body());
    } catch (IOException broken) {
      throw new AssertionError("not JSON: " + text(response), broken);
    }
  }

  @Override
  public void close() {
    server.close();
    repository.close();
  }
}
