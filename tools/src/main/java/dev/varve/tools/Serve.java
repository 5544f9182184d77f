package dev.varve.tools;

import dev.varve.server.TlsSettings;
import dev.varve.server.ZarrServer;
import dev.varve.version.Repository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Serves repositories over HTTP until the process is told to end. */
@Command(
    name = "serve",
    description =
        "Serve repositories over HTTP: every branch, tag and commit is the URL of a Zarr store.")
final class Serve extends Subcommand {
  @Parameters(
      index = "0..*",
      arity = "1..*",
      paramLabel = "REPO",
      description = "The repositories; each is found below the last segment of its path.")
  private List<String> repos = new ArrayList<>();

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "The port (default: 8080); 0 for any that is free.")
  private int port = 8080;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description =
          "The address to listen on (default: 127.0.0.1, this machine alone); 0.0.0.0 for all.")
  private String host = "127.0.0.1";

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description =
          "Only whoever sends this token may read (default: VARVE_TOKEN, which other users of"
              + " this machine cannot see).")
  private @Nullable String token;

  @Option(
      names = "--public",
      paramLabel = "NAME",
      description = "This repository needs no token; may be given again.")
  private List<String> open = new ArrayList<>();

  @Option(
      names = "--tls",
      paramLabel = "KEYSTORE",
      description =
          "Speak TLS with the key of this PKCS#12 or JKS file; VARVE_TLS_PASSWORD opens it.")
  private @Nullable Path keystore;

  @Option(
      names = "--behind-proxy",
      description =
          "Believe what a proxy says of clients and URLs in its headers (X-Forwarded-For, ...).")
  private boolean behindProxy;

  @Option(names = "--access-log", description = "Print a line for each request on standard error.")
  private boolean accessLog;

  Serve(Console console) {
    super(console);
  }

  @Override
  String example() {
    return "varve init $R && echo 21.5 | varve put $R air/c/0 - && { varve serve $R --port 18321 & S=$!;"
        + " curl -s --retry 60 --retry-delay 1 --retry-connrefused"
        + " http://127.0.0.1:18321/ocean/@main/air/c/0; kill $S; }";
  }

  @Override
  int run(Output out) throws IOException {
    if (port < 0 || port > 65535) {
      throw Refusal.usage("not a port: " + port, "a number from 0 to 65535 is expected");
    }
    Map<String, String> names = names();
    String secret = token != null ? token : console.environment().getOrDefault("VARVE_TOKEN", "");
    if (token != null && token.isEmpty()) {
      throw Refusal.usage("the token is empty", "choose one that is long and random");
    }
    for (String name : open) {
      if (!names.containsKey(name)) {
        throw Refusal.usage(
            "--public names no repository that is served: '" + name + "'",
            "served are " + String.join(", ", names.keySet()));
      }
    }
    // Jetty speaks through slf4j, which has nobody to speak to here, and would say so.
    System.setProperty("slf4j.internal.verbosity", "ERROR");
    Deque<Repository> opened = new ArrayDeque<>();
    AtomicBoolean closed = new AtomicBoolean();
    try {
      ZarrServer.Builder builder = ZarrServer.builder().host(host).port(port);
      for (Map.Entry<String, String> each : names.entrySet()) {
        Repository repository = open(each.getValue());
        opened.push(repository);
        if (secret.isEmpty() || open.contains(each.getKey())) {
          builder.repository(each.getKey(), repository);
        } else {
          builder.repository(each.getKey(), repository, secret);
        }
      }
      if (keystore != null) {
        builder.tls(tls(keystore));
      }
      if (behindProxy) {
        builder.behindProxy();
      }
      if (accessLog) {
        builder.accessLog(this::log);
      }
      try (ZarrServer server = builder.start()) {
        Thread hook = new Thread(() -> end(server, opened, closed), "varve-stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
          tell(out, server, names);
          new CountDownLatch(1).await();
        } catch (InterruptedException told) {
          Runtime.getRuntime().removeShutdownHook(hook);
        }
      }
    } finally {
      closeAll(opened, closed);
    }
    return Failure.OK;
  }

  /** The repositories by the names that they have in URLs. */
  private Map<String, String> names() {
    Map<String, String> names = new LinkedHashMap<>();
    for (String repo : repos) {
      String path = repo.replaceFirst("/+$", "");
      String name = path.substring(path.lastIndexOf('/') + 1);
      if (name.isEmpty() || name.equals(".") || name.equals("..")) {
        Path last = Path.of(repo).toAbsolutePath().normalize().getFileName();
        name = last == null ? "root" : last.toString();
      }
      String other = names.putIfAbsent(name, repo);
      if (other != null) {
        throw Refusal.usage(
            "two repositories are called '" + name + "': " + other + " and " + repo,
            "each needs a URL of its own; rename one, or serve it from another process");
      }
    }
    return names;
  }

  private TlsSettings tls(Path file) {
    if (!Files.isRegularFile(file)) {
      throw Refusal.notFound("no such keystore: " + file, "'keytool -genkeypair' makes one");
    }
    return new TlsSettings(file, console.environment().getOrDefault("VARVE_TLS_PASSWORD", ""));
  }

  private static void tell(Output out, ZarrServer server, Map<String, String> names) {
    if (out.json()) {
      out.line(
          JsonLine.of("serving")
              .put("url", server.uri().toString())
              .texts("repositories", names.keySet()));
    } else {
      out.words("serving " + server.uri());
      names.keySet().forEach(name -> out.words("  " + server.uri() + name + "/@main/"));
    }
    out.flush();
  }

  private synchronized void log(String line) {
    try {
      console.err().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException nobodyReads) {
      // The log has no reader any more; clients still have a server.
    }
  }

  /** At the end of the process: answers under way are finished, then storage is closed. */
  private static void end(ZarrServer server, Deque<Repository> opened, AtomicBoolean closed) {
    server.close();
    closeAll(opened, closed);
  }

  private static void closeAll(Deque<Repository> opened, AtomicBoolean closed) {
    if (closed.compareAndSet(false, true)) {
      opened.forEach(Repository::close);
    }
  }
}
