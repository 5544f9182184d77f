package dev.varve.reliability.disk;

import java.io.BufferedReader;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs programs under strace, one strace a process, and reads what it wrote. */
public final class StraceLog {
  /** All calls that change files or names, or could; those of no use are refused when seen. */
  private static final String CALLS =
      "openat,open,creat,lseek,write,pwrite64,writev,pwritev,pwritev2,sendfile,copy_file_range,"
          + "splice,fsync,fdatasync,msync,sync_file_range,sync,syncfs,rename,renameat,renameat2,"
          + "link,linkat,unlink,unlinkat,mkdir,mkdirat,rmdir,ftruncate,truncate,fallocate,symlink,"
          + "symlinkat,mmap";

  private static final Pattern LINE = Pattern.compile("^(\\d+) +(\\d+\\.\\d+) (.*)$");
  private static final Pattern RESUMED = Pattern.compile("^<\\.\\.\\. (\\w+) resumed>(.*)$");
  private static final Pattern DONE =
      Pattern.compile("^(\\w+)\\((.*)\\) += (-?\\d+|0x[0-9a-f]+)(.*?)<(\\d+\\.\\d+)>$");
  private static final String UNFINISHED = " <unfinished ...>";

  private StraceLog() {}

  /** What to put before a command so that its calls go to a file. */
  public static List<String> command(Path log) {
    return List.of(
        "strace",
        "-f",
        "-xx",
        "-y",
        "-s",
        String.valueOf(1 << 28),
        "--absolute-timestamps=format:unix,precision:ns",
        "--syscall-times=ns",
        "-e",
        "trace=" + CALLS,
        "-o",
        log.toString());
  }

  /** Whether strace is here and may trace. */
  public static boolean available(Path scratch) {
    try {
      List<String> command = new ArrayList<>(command(scratch.resolve("strace-works")));
      command.add("true");
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException absent) {
      return false;
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** The calls of the process that a log is of, in order of their begin. */
  static List<SystemCall> read(Path log, int process) throws IOException {
    List<SystemCall> calls = new ArrayList<>();
    Map<String, Begun> open = new HashMap<>();
    try (BufferedReader lines = Files.newBufferedReader(log, StandardCharsets.ISO_8859_1)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher parts = LINE.matcher(line);
        if (!parts.matches()) {
          throw new IOException("strace wrote: " + brief(line));
        }
        long at = nanos(parts.group(2));
        String text = parts.group(3);
        Matcher resumed = RESUMED.matcher(text);
        if (text.endsWith(UNFINISHED)) {
          String begun = text.substring(0, text.length() - UNFINISHED.length());
          open.put(parts.group(1), new Begun(at, begun));
        } else if (resumed.matches()) {
          Begun begun = open.remove(parts.group(1));
          if (begun != null) {
            add(calls, process, begun.at, begun.text + resumed.group(2));
          }
        } else if (!text.startsWith("+++") && !text.startsWith("---")) {
          add(calls, process, at, text);
        }
      }
    }
    for (Begun cut : open.values()) {
      // A process that was killed in a write has made it or not; nothing here could tell. Question
      // marks are a thread that went with its process as it stood before a call: strace could not
      // read any more which one, and did not let it go on.
      if (!cut.text.matches("(?s)(f|fdata)sync\\(.*|(mmap|lseek|write|\\?\\?\\?)\\(.*")) {
        throw new IOException("the process ended within a call: " + brief(cut.text));
      }
    }
    return calls;
  }

  private record Begun(long at, String text) {}

  private static void add(List<SystemCall> calls, int process, long start, String text)
      throws IOException {
    Matcher done = DONE.matcher(text);
    if (done.matches()) {
      String number = done.group(3);
      long result = number.startsWith("0x") ? 0 : Long.parseLong(number);
      long end = start + nanos(done.group(5));
      calls.add(
          new SystemCall(process, start, end, done.group(1), done.group(2), result, done.group(4)));
    } else if (!text.contains(" = ?")) {
      throw new IOException("strace wrote: " + brief(text));
    }
  }

  private static String brief(String text) {
    return text.substring(0, Math.min(200, text.length()));
  }

  private static long nanos(String seconds) {
    return new BigDecimal(seconds).movePointRight(9).longValueExact();
  }
}
