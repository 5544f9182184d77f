package dev.varve.testkit.proxy;

import java.util.Comparator;
import java.util.List;

/**
 * A request that passed through, and when. Immutable.
 *
 * @param method such as {@code PUT}
 * @param target path and query
 * @param fate what became of it
 * @param status the server's answer, or 0 where there was none
 * @param begun by {@link System#nanoTime}
 * @param ended by {@link System#nanoTime}
 * @param sent bytes of the request's body
 * @param received bytes of the answer's body
 */
public record Exchange(
    String method,
    String target,
    Fate fate,
    int status,
    long begun,
    long ended,
    long sent,
    long received) {
  /**
   * How many of them came one after another: the length of the longest chain in which each began
   * when the one before was over. That is how many times the latency counts.
   */
  public static int depth(List<Exchange> exchanges) {
    int depth = 0;
    long free = Long.MIN_VALUE;
    List<Exchange> byEnd =
        exchanges.stream().sorted(Comparator.comparingLong(Exchange::ended)).toList();
    for (Exchange each : byEnd) {
      if (each.begun() >= free) {
        depth++;
        free = each.ended();
      }
    }
    return depth;
  }
}
