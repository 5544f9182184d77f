package dev.varve.tools;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One bucket of an S3 server in memory, over HTTP, as strict as S3 is, or with {@link Flaw}s. Looks
 * at no signature. While it is open the JVM has credentials. Thread-safe: one lock for all objects.
 */
final class HttpBucket implements AutoCloseable {
  /** What a server may get wrong, or refuse. */
  enum Flaw {
    /** {@code If-None-Match} on PUT is not looked at. */
    IGNORES_CONDITIONS,
    /** It is looked at before the body is read, and then no more. */
    LOOKS_BEFORE_THE_BODY,
    /** {@code x-amz-checksum-sha256} is kept as it is given. */
    TRUSTS_CHECKSUMS,
    /** No checksum is kept. */
    KEEPS_NO_CHECKSUMS,
    /** A range is answered with the whole object. */
    IGNORES_RANGES,
    /** Listings are in descending order. */
    LISTS_BACKWARDS,
    /** Listings do not show what was just written. */
    LISTS_LATE,
    /** 403 to PUT. */
    READ_ONLY,
    /** 403 to everything. */
    NO_ACCESS,
    /** 403 to DELETE. */
    KEEPS_ALL,
    /** 404 NoSuchBucket to everything. */
    NO_BUCKET,
    /** 301 to everything: the bucket is in eu-north-1. */
    OTHER_REGION,
    /** 403 RequestTimeTooSkewed to everything. */
    OTHER_TIME,
    /** A lifecycle rule expires what is below the prefix {@code r/}. */
    EXPIRES,
    /** Versions of objects are kept. */
    VERSIONED,
    /** Objects are locked. */
    LOCKED
  }

  static {
    // Else the server waits for 40 ms before it sends an answer's second packet.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private record Stored(byte[] bytes, String sha256) {}

  private final String name;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Set<Flaw> flaws = EnumSet.noneOf(Flaw.class);
  private final TreeMap<String, Stored> objects = new TreeMap<>();
  private final Map<String, TreeMap<Integer, byte[]>> uploads = new HashMap<>();
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger writes = new AtomicInteger();
  private final AtomicInteger expired = new AtomicInteger();

  /** The access key that is refused, from which request on, and which the JVM has then. */
  private String expiring = "";

  private int expiresAt = Integer.MAX_VALUE;
  private String nextKey;

  HttpBucket(String name) {
    this.name = name;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 256);
    } catch (IOException failed) {
      throw new IllegalStateException(failed);
    }
    System.setProperty("aws.accessKeyId", "tester");
    System.setProperty("aws.secretAccessKey", "not-a-secret");
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  String endpoint() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** From now on the server has exactly these flaws. */
  synchronized HttpBucket with(Flaw... these) {
    flaws.clear();
    flaws.addAll(Arrays.asList(these));
    return this;
  }

  private synchronized boolean has(Flaw flaw) {
    return flaws.contains(flaw);
  }

  /**
   * Lets the credentials in use expire with the request after so many.
   *
   * @param next the access key that the JVM has from then on
   */
  synchronized void expireAfter(int more, String next) {
    expiring = System.getProperty("aws.accessKeyId");
    expiresAt = requests.get() + more;
    nextKey = next;
  }

  /** How many requests were refused since their credentials had expired. */
  int expired() {
    return expired.get();
  }

  private synchronized boolean isExpired(HttpExchange exchange, int request) {
    if (request > expiresAt && nextKey != null) {
      System.setProperty("aws.accessKeyId", nextKey);
      nextKey = null;
    }
    return request > expiresAt
        && exchange
            .getRequestHeaders()
            .getFirst("Authorization")
            .contains("Credential=" + expiring + "/");
  }

  /** A command's arguments, and behind them those that name this server. */
  String[] args(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--endpoint", endpoint(), "--region", "us-east-1"));
    return all.toArray(String[]::new);
  }

  /** How many requests were made so far. */
  int requests() {
    return requests.get();
  }

  /** How many of them are paid for as writes: PUT, POST and listings. */
  int writes() {
    return writes.get();
  }

  /** The keys of all objects, in order. */
  synchronized Set<String> keys() {
    return new LinkedHashSet<>(objects.keySet());
  }

  synchronized byte[] bytes(String key) {
    return objects.get(key).bytes().clone();
  }

  /** Puts bytes there as they would have been uploaded, whatever the rules. */
  synchronized void place(String key, byte[] bytes) {
    objects.put(key, new Stored(bytes.clone(), sha256(bytes)));
  }

  /** As {@link #place}, as if they had gone up in parts. */
  synchronized void placeParts(String key, byte[] bytes) {
    objects.put(key, new Stored(bytes.clone(), sha256(new byte[1]) + "-2"));
  }

  synchronized void remove(String key) {
    objects.remove(key);
  }

  @Override
  public void close() {
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    int request = requests.incrementAndGet();
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String root = "/" + name;
      Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
      String method = exchange.getRequestMethod();
      if (method.equals("PUT") || method.equals("POST") || query.containsKey("list-type")) {
        writes.incrementAndGet();
      }
      if (isExpired(exchange, request)) {
        expired.incrementAndGet();
        error(exchange, 403, "ExpiredToken");
      } else if (has(Flaw.NO_ACCESS)) {
        error(exchange, 403, "AccessDenied");
      } else if (has(Flaw.OTHER_TIME)) {
        error(exchange, 403, "RequestTimeTooSkewed");
      } else if (has(Flaw.OTHER_REGION)) {
        exchange.getResponseHeaders().set("x-amz-bucket-region", "eu-north-1");
        error(exchange, 301, "PermanentRedirect");
      } else if (has(Flaw.NO_BUCKET) || !(path + "/").startsWith(root + "/")) {
        error(exchange, 404, "NoSuchBucket");
      } else if (path.length() <= root.length() + 1) {
        bucket(exchange, query);
      } else {
        object(exchange, path.substring(root.length() + 1), query);
      }
    }
  }

  private void bucket(HttpExchange exchange, Map<String, String> query) throws IOException {
    if (query.containsKey("versioning")) {
      xml(
          exchange,
          "VersioningConfiguration",
          has(Flaw.VERSIONED) ? "<Status>Enabled</Status>" : "");
    } else if (query.containsKey("object-lock")) {
      if (has(Flaw.LOCKED)) {
        xml(
            exchange,
            "ObjectLockConfiguration",
            "<ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention>"
                + "<Mode>COMPLIANCE</Mode><Days>30</Days></DefaultRetention></Rule>");
      } else {
        error(exchange, 404, "ObjectLockConfigurationNotFoundError");
      }
    } else if (query.containsKey("lifecycle")) {
      if (has(Flaw.EXPIRES)) {
        xml(
            exchange,
            "LifecycleConfiguration",
            "<Rule><ID>tidy</ID><Filter><Prefix>r/</Prefix></Filter><Status>Enabled</Status>"
                + "<Expiration><Days>30</Days></Expiration></Rule>");
      } else {
        error(exchange, 404, "NoSuchLifecycleConfiguration");
      }
    } else {
      list(exchange, query);
    }
  }

  private void list(HttpExchange exchange, Map<String, String> query) throws IOException {
    String prefix = query.getOrDefault("prefix", "");
    String from = query.getOrDefault("continuation-token", query.getOrDefault("start-after", ""));
    boolean folders = query.containsKey("delimiter");
    int max = Integer.parseInt(query.getOrDefault("max-keys", "1000"));
    StringBuilder out = new StringBuilder();
    String last = from;
    int count = 0;
    boolean cut = false;
    synchronized (this) {
      boolean backwards = has(Flaw.LISTS_BACKWARDS);
      boolean late = has(Flaw.LISTS_LATE);
      for (Map.Entry<String, Stored> each :
          (backwards ? objects.descendingMap() : objects).entrySet()) {
        String key = each.getKey();
        if (!key.startsWith(prefix) || late) {
          continue;
        }
        int slash = folders ? key.indexOf('/', prefix.length()) : -1;
        String shown = slash < 0 ? key : key.substring(0, slash + 1);
        if (shown.equals(last) || (!backwards && shown.compareTo(last) <= 0)) {
          continue;
        }
        if (count == max) {
          cut = true;
          break;
        }
        count++;
        last = shown;
        out.append(
            slash < 0
                ? "<Contents><Key>"
                    + shown
                    + "</Key><Size>"
                    + each.getValue().bytes().length
                    + "</Size></Contents>"
                : "<CommonPrefixes><Prefix>" + shown + "</Prefix></CommonPrefixes>");
      }
    }
    xml(
        exchange,
        "ListBucketResult",
        "<IsTruncated>"
            + cut
            + "</IsTruncated>"
            + (cut ? "<NextContinuationToken>" + last + "</NextContinuationToken>" : "")
            + out);
  }

  private void object(HttpExchange exchange, String key, Map<String, String> query)
      throws IOException {
    switch (exchange.getRequestMethod()) {
      case "PUT" -> {
        if (has(Flaw.READ_ONLY)) {
          exchange.getRequestBody().readAllBytes();
          error(exchange, 403, "AccessDenied");
        } else if (query.containsKey("uploadId")) {
          putPart(exchange, query);
        } else {
          put(exchange, key);
        }
      }
      case "POST" -> post(exchange, key, query);
      case "DELETE" -> {
        if (has(Flaw.KEEPS_ALL)) {
          error(exchange, 403, "AccessDenied");
        } else {
          synchronized (this) {
            if (query.containsKey("uploadId")) {
              uploads.remove(query.get("uploadId"));
            } else {
              objects.remove(key);
            }
          }
          exchange.sendResponseHeaders(204, -1);
        }
      }
      default -> read(exchange, key);
    }
  }

  private boolean taken(HttpExchange exchange, String key) {
    return exchange.getRequestHeaders().containsKey("If-None-Match")
        && !has(Flaw.IGNORES_CONDITIONS)
        && objects.containsKey(key);
  }

  private void put(HttpExchange exchange, String key) throws IOException {
    boolean early = has(Flaw.LOOKS_BEFORE_THE_BODY);
    boolean takenBefore;
    synchronized (this) {
      takenBefore = taken(exchange, key);
    }
    byte[] bytes = exchange.getRequestBody().readAllBytes();
    String told = exchange.getRequestHeaders().getFirst("x-amz-checksum-sha256");
    String sha256 = sha256(bytes);
    if (told != null && !told.equals(sha256) && !has(Flaw.TRUSTS_CHECKSUMS)) {
      error(exchange, 400, "BadDigest");
      return;
    }
    boolean done;
    synchronized (this) {
      done = !(early ? takenBefore : taken(exchange, key));
      if (done) {
        objects.put(key, new Stored(bytes, told == null ? sha256 : told));
      }
    }
    if (done) {
      exchange.getResponseHeaders().set("ETag", "\"etag\"");
      exchange.sendResponseHeaders(200, -1);
    } else {
      error(exchange, 412, "PreconditionFailed");
    }
  }

  private void putPart(HttpExchange exchange, Map<String, String> query) throws IOException {
    byte[] bytes = exchange.getRequestBody().readAllBytes();
    synchronized (this) {
      uploads.get(query.get("uploadId")).put(Integer.parseInt(query.get("partNumber")), bytes);
    }
    exchange.getResponseHeaders().set("ETag", "\"etag\"");
    exchange.sendResponseHeaders(200, -1);
  }

  private void post(HttpExchange exchange, String key, Map<String, String> query)
      throws IOException {
    exchange.getRequestBody().readAllBytes();
    if (query.containsKey("uploads")) {
      String id = "upload-" + requests.get();
      synchronized (this) {
        uploads.put(id, new TreeMap<>());
      }
      xml(exchange, "InitiateMultipartUploadResult", "<UploadId>" + id + "</UploadId>");
      return;
    }
    boolean done;
    synchronized (this) {
      done = !taken(exchange, key);
      if (done) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        uploads.remove(query.get("uploadId")).values().forEach(all::writeBytes);
        // As S3 does: the checksum of an upload in parts is no hash of the whole.
        objects.put(key, new Stored(all.toByteArray(), sha256(new byte[1]) + "-2"));
      }
    }
    if (done) {
      xml(exchange, "CompleteMultipartUploadResult", "<Key>" + key + "</Key><ETag>\"etag\"</ETag>");
    } else {
      error(exchange, 412, "PreconditionFailed");
    }
  }

  private void read(HttpExchange exchange, String key) throws IOException {
    Stored stored;
    synchronized (this) {
      stored = objects.get(key);
    }
    if (stored == null) {
      error(exchange, 404, "NoSuchKey");
      return;
    }
    byte[] bytes = stored.bytes();
    int from = 0;
    int to = bytes.length;
    int status = 200;
    String range = exchange.getRequestHeaders().getFirst("Range");
    if (range != null && !has(Flaw.IGNORES_RANGES)) {
      Matcher parts = Pattern.compile("bytes=(\\d*)-(\\d*)").matcher(range);
      if (!parts.matches()) {
        throw new IOException("no range: " + range);
      }
      if (parts.group(1).isEmpty()) {
        from = Math.max(0, bytes.length - Integer.parseInt(parts.group(2)));
      } else {
        from = Integer.parseInt(parts.group(1));
        to = parts.group(2).isEmpty() ? to : (int) Math.min(to, Long.parseLong(parts.group(2)) + 1);
      }
      if (from >= bytes.length) {
        error(exchange, 416, "InvalidRange");
        return;
      }
      status = 206;
      exchange
          .getResponseHeaders()
          .set("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + bytes.length);
    }
    if (exchange.getRequestHeaders().containsKey("x-amz-checksum-mode")
        && !has(Flaw.KEEPS_NO_CHECKSUMS)) {
      exchange.getResponseHeaders().set("x-amz-checksum-sha256", stored.sha256());
    }
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", String.valueOf(to - from));
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    exchange.sendResponseHeaders(status, to == from ? -1 : to - from);
    if (to > from) {
      exchange.getResponseBody().write(bytes, from, to - from);
    }
  }

  private static void error(HttpExchange exchange, int status, String code) throws IOException {
    byte[] body =
        ("<Error><Code>" + code + "</Code><Message>told by the test</Message></Error>")
            .getBytes(StandardCharsets.UTF_8);
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, head ? -1 : body.length);
    if (!head) {
      exchange.getResponseBody().write(body);
    }
  }

  private static void xml(HttpExchange exchange, String root, String inner) throws IOException {
    byte[] body = ("<" + root + ">" + inner + "</" + root + ">").getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/xml");
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
  }

  private static Map<String, String> query(String raw) {
    Map<String, String> all = new HashMap<>();
    for (String each : (raw == null ? "" : raw).split("&")) {
      int cut = each.indexOf('=');
      all.put(
          cut < 0 ? each : each.substring(0, cut),
          cut < 0 ? "" : URLDecoder.decode(each.substring(cut + 1), StandardCharsets.UTF_8));
    }
    return all;
  }

  private static String sha256(byte[] bytes) {
    try {
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException none) {
      throw new IllegalStateException(none);
    }
  }
}
