package dev.varve.server;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * What the server counts, in the text format of Prometheus, version 0.0.4. Thread-safe. Memory: one
 * counter for each kind of answer, of which there are as many as routes, methods and statuses.
 */
final class Metrics {
  /** The media type. */
  static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private static final double[] BOUNDS = {0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10};

  private final Map<Labels, LongAdder> requests = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> damage = new ConcurrentSkipListMap<>();
  private final Map<String, LongSupplier> gauges = new ConcurrentSkipListMap<>();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder[] buckets = new LongAdder[BOUNDS.length + 1];
  private final LongAdder nanos = new LongAdder();
  private final AtomicLong open = new AtomicLong();

  /** A kind of answer. */
  private record Labels(String route, String method, int status) {
    @Override
    public String toString() {
      return "route=\"" + route + "\",method=\"" + method + "\",status=\"" + status + "\"";
    }
  }

  Metrics() {
    Arrays.setAll(buckets, i -> new LongAdder());
  }

  /** Adds a number that is asked for when it is wanted. */
  void gauge(String name, LongSupplier value) {
    gauges.put(name, value);
  }

  /** A request begins; how many are under way now, with it. */
  long begin() {
    return open.incrementAndGet();
  }

  /** A request was turned away because too many are under way. */
  void refused() {
    refused.increment();
  }

  /** A request ended. */
  void end(String route, String method, int status, long bodyBytes, long took) {
    open.decrementAndGet();
    requests
        .computeIfAbsent(new Labels(route, method, status), labels -> new LongAdder())
        .increment();
    bytes.add(Math.max(0, bodyBytes));
    nanos.add(took);
    double seconds = took / 1e9;
    int bucket = 0;
    while (bucket < BOUNDS.length && seconds > BOUNDS[bucket]) {
      bucket++;
    }
    buckets[bucket].increment();
  }

  /** Damage was met while a request was answered. */
  void damage(String repository) {
    damage
        .computeIfAbsent("repository=\"" + escape(repository) + "\"", labels -> new LongAdder())
        .increment();
  }

  private static String escape(String label) {
    return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  /** All of it. */
  String text() {
    StringBuilder out = new StringBuilder(4096);
    head(out, "varve_http_requests_total", "counter", "Requests answered.");
    Map<String, LongAdder> answered = new TreeMap<>();
    requests.forEach((labels, count) -> answered.put(labels.toString(), count));
    rows(out, "varve_http_requests_total", answered);
    head(out, "varve_http_response_body_bytes_total", "counter", "Bytes of bodies sent.");
    row(out, "varve_http_response_body_bytes_total", "", bytes.sum());
    head(
        out,
        "varve_http_requests_refused_total",
        "counter",
        "Requests turned away for their number.");
    row(out, "varve_http_requests_refused_total", "", refused.sum());
    head(out, "varve_http_requests_open", "gauge", "Requests under way.");
    row(out, "varve_http_requests_open", "", open.get());
    head(out, "varve_damage_total", "counter", "Damaged or missing objects met by requests.");
    rows(out, "varve_damage_total", damage);
    for (Map.Entry<String, LongSupplier> gauge : gauges.entrySet()) {
      head(out, gauge.getKey(), "gauge", gauge.getKey().replace('_', ' ') + ".");
      row(out, gauge.getKey(), "", gauge.getValue().getAsLong());
    }
    head(
        out,
        "varve_http_request_seconds",
        "histogram",
        "Time from a request's head to its answer's end.");
    long count = 0;
    for (int i = 0; i < buckets.length; i++) {
      count += buckets[i].sum();
      String bound = i < BOUNDS.length ? Double.toString(BOUNDS[i]) : "+Inf";
      row(out, "varve_http_request_seconds_bucket", "le=\"" + bound + "\"", count);
    }
    out.append(
        String.format(Locale.ROOT, "varve_http_request_seconds_sum %.6f%n", nanos.sum() / 1e9)
            .replace("\r", ""));
    row(out, "varve_http_request_seconds_count", "", count);
    return out.toString();
  }

  private static void head(StringBuilder out, String name, String type, String help) {
    out.append("# HELP ").append(name).append(' ').append(help).append('\n');
    out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  private static void rows(StringBuilder out, String name, Map<String, LongAdder> counters) {
    new TreeMap<>(counters).forEach((labels, count) -> row(out, name, labels, count.sum()));
  }

  private static void row(StringBuilder out, String name, String labels, long value) {
    out.append(name);
    if (!labels.isEmpty()) {
      out.append('{').append(labels).append('}');
    }
    out.append(' ').append(value).append('\n');
  }
}
