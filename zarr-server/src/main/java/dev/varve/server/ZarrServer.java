package dev.varve.server;

import dev.varve.error.BackendException;
import dev.varve.error.InvalidNameException;
import dev.varve.version.Repository;
import java.io.IOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.server.ForwardedRequestCustomizer;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * Serves repositories over HTTP/1.1 and HTTP/2, to read. Every branch, tag and commit is the root
 * of a plain Zarr store.
 *
 * <pre>{@code
 * Repository ocean = Varve.open(Path.of("ocean"));
 * ZarrServer server = ZarrServer.builder().repository("ocean", ocean).port(8080).start();
 * System.out.println(server.uri()); // http://127.0.0.1:8080/ocean/@main/ opens in any Zarr client
 * }</pre>
 *
 * <p>Repositories may be written to meanwhile, by this process or another; each request sees one
 * commit. The server does not close them. Thread-safe.
 */
public final class ZarrServer implements AutoCloseable {
  private static final long SHUTDOWN_IDLE_MILLIS = 1000;
  private static final int ACCEPTORS = 1;

  private final Server server;
  private final ServerConnector connector;
  private final RefWatch watch;
  private final ValueReads reads;
  private final VerifyRuns verifications;
  private final URI uri;

  private ZarrServer(Builder from) {
    ServerLimits limits = from.limits;
    Metrics metrics = new Metrics();
    watch = new RefWatch(limits.watchers());
    reads = new ValueReads(limits.heldBytes());
    verifications = new VerifyRuns();
    metrics.gauge("varve_watchers", watch::size);
    metrics.gauge("varve_values_held_bytes", reads::held);
    metrics.gauge("varve_values_proved", reads::proved);
    Map<String, ServedRepository> repositories = Map.copyOf(from.repositories);
    Router router =
        new Router(
            repositories,
            new StoreRoute(reads, new Consolidated()),
            new RefRoutes(watch),
            new Api(verifications),
            new Pages(repositories),
            metrics);

    QueuedThreadPool threads =
        new QueuedThreadPool(limits.threads(), Math.min(8, limits.threads()));
    threads.setName("varve-http");
    threads.setDaemon(true);
    server = new Server(threads);
    server.setHandler(
        new GracefulHandler(new RootHandler(router, metrics, limits, from.accessLog)));
    server.setErrorHandler(new BareErrors());
    server.setStopTimeout(limits.stop().toMillis());
    connector = connector(server, from);
    connector.setHost(from.host);
    connector.setPort(from.port);
    connector.setIdleTimeout(limits.idle().toMillis());
    connector.setAcceptQueueSize(1024);
    // While the server stops, a connection that rests is closed at once, one that moves may finish.
    connector.setShutdownIdleTimeout(SHUTDOWN_IDLE_MILLIS);
    server.addConnector(connector);
    server.addBean(new NetworkConnectionLimit(limits.connections(), server));
    try {
      connector.open();
    } catch (IOException taken) {
      quietly(this::close);
      throw BackendException.permanent(
          "cannot listen on "
              + from.host
              + " port "
              + from.port
              + ": "
              + reason(taken)
              + "; choose another port, 0 for any that is free",
          taken);
    }
    try {
      server.start();
    } catch (Exception failed) {
      quietly(this::close);
      throw BackendException.permanent(
          "cannot start the server on "
              + from.host
              + " port "
              + from.port
              + ": "
              + failed.getMessage(),
          failed);
    }
    String host = from.host.indexOf(':') >= 0 ? "[" + from.host + "]" : from.host;
    uri =
        URI.create(
            (from.tls == null ? "http" : "https")
                + "://"
                + host
                + ":"
                + connector.getLocalPort()
                + "/");
  }

  private static String reason(Throwable failed) {
    Throwable cause = failed.getCause() == null ? failed : failed.getCause();
    return String.valueOf(cause.getMessage());
  }

  private static ServerConnector connector(Server server, Builder from) {
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setSendXPoweredBy(false);
    http.setSendDateHeader(true);
    http.setRequestHeaderSize(ServerLimits.HEADER_BYTES);
    // Paths are split and decoded by RequestPath, which gives no character a second meaning.
    http.setUriCompliance(UriCompliance.UNSAFE);
    http.setOutputBufferSize(Body.PART);
    http.setOutputAggregationSize(0);
    if (from.behindProxy) {
      http.addCustomizer(new ForwardedRequestCustomizer());
    }
    HttpConnectionFactory http1 = new HttpConnectionFactory(http);
    // Threads that wait for what clients send, and answer what needs no waiting.
    int processors = Runtime.getRuntime().availableProcessors();
    int selectors = Math.max(1, Math.min(processors, from.limits.threads() / 4));
    TlsSettings tls = from.tls;
    if (tls == null) {
      return new ServerConnector(
          server, ACCEPTORS, selectors, http1, new HTTP2CServerConnectionFactory(http));
    }
    SecureRequestCustomizer secure = new SecureRequestCustomizer();
    // Certificates of a laboratory's own are often made for another name; the client decides.
    secure.setSniHostCheck(false);
    http.addCustomizer(secure);
    SslContextFactory.Server context = new SslContextFactory.Server();
    context.setKeyStorePath(tls.keystore().toAbsolutePath().toString());
    context.setKeyStorePassword(tls.password());
    context.setCipherComparator(org.eclipse.jetty.http2.HTTP2Cipher.COMPARATOR);
    ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory();
    alpn.setDefaultProtocol(http1.getProtocol());
    return new ServerConnector(
        server,
        ACCEPTORS,
        selectors,
        new SslConnectionFactory(context, alpn.getProtocol()),
        alpn,
        new HTTP2ServerConnectionFactory(http),
        http1);
  }

  /** A server to be set up. */
  public static Builder builder() {
    return new Builder();
  }

  /** Where it listens, such as {@code http://127.0.0.1:8080/}. */
  public URI uri() {
    return uri;
  }

  /** The port it listens on. */
  public int port() {
    return connector.getLocalPort();
  }

  /**
   * Stops: accepts nothing new, ends who waits for refs, lets requests under way finish for as long
   * as the limits say. Stopping twice is harmless.
   */
  @Override
  public void close() {
    watch.close();
    verifications.close();
    try {
      server.stop();
    } catch (Exception failed) {
      ServerLog.unexpected("stop", failed);
    }
    connector.close();
    reads.close();
    server.destroy();
  }

  private static void quietly(Runnable close) {
    try {
      close.run();
    } catch (RuntimeException second) {
      // The failure that led here is the one to be told.
    }
  }

  /** Sets up a server. One thread. */
  public static final class Builder {
    private final Map<String, ServedRepository> repositories = new LinkedHashMap<>();
    private String host = "127.0.0.1";
    private int port = 8080;
    private ServerLimits limits = ServerLimits.usual();
    private @Nullable TlsSettings tls;
    private @Nullable Consumer<String> accessLog;
    private boolean behindProxy;

    private Builder() {}

    /**
     * Serves a repository to everybody who can reach the server.
     *
     * @throws InvalidNameException where the name is taken, or cannot stand in a URL
     */
    public Builder repository(String name, Repository repository) {
      return add(name, repository, Access.PUBLIC);
    }

    /** Serves a repository to whoever has the token; likewise. */
    public Builder repository(String name, Repository repository, String token) {
      return add(name, repository, Access.token(token));
    }

    private Builder add(String name, Repository repository, Access access) {
      Optional<String> broken =
          name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf('/') >= 0
              ? Optional.of("it cannot stand in a URL")
              : Router.RESERVED.contains(name)
                  ? Optional.of("the server answers '/" + name + "' itself")
                  : repositories.containsKey(name)
                      ? Optional.of(
                          "two repositories would have the same URL; rename one's directory")
                      : Optional.empty();
      if (broken.isPresent()) {
        throw new InvalidNameException("repository name", name, broken.get());
      }
      repositories.put(name, ServedRepository.of(name, repository, access));
      return this;
    }

    /**
     * The address to listen on; {@code 127.0.0.1} unless told otherwise, {@code 0.0.0.0} for all.
     */
    public Builder host(String address) {
      this.host = address;
      return this;
    }

    /** The port to listen on; 8080 unless told otherwise, 0 for any that is free. */
    public Builder port(int number) {
      if (number < 0 || number > 65535) {
        throw new IllegalArgumentException("not a port: " + number + "; 0 to 65535 is expected");
      }
      this.port = number;
      return this;
    }

    /** Speaks TLS, and HTTP/2 with clients that ask for it by ALPN. */
    public Builder tls(TlsSettings settings) {
      this.tls = settings;
      return this;
    }

    /** Other limits. */
    public Builder limits(ServerLimits other) {
      this.limits = other;
      return this;
    }

    /**
     * Believes what {@code Forwarded} and {@code X-Forwarded-*} say of the client and of the URL it
     * uses. Only where a proxy sets them and nobody else reaches the server.
     */
    public Builder behindProxy() {
      this.behindProxy = true;
      return this;
    }

    /** Hands one line for each request to a consumer, which must be thread-safe and quick. */
    public Builder accessLog(Consumer<String> lines) {
      this.accessLog = lines;
      return this;
    }

    /**
     * Starts the server.
     *
     * @throws BackendException where the port is taken, or the keystore cannot be used
     */
    public ZarrServer start() {
      return new ZarrServer(this);
    }
  }
}
