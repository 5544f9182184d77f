package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE / 2);

  private Progress progress(boolean terminal) {
    Console console =
        new Console(
            new ByteArrayInputStream(new byte[0]),
            new ByteArrayOutputStream(),
            err,
            terminal,
            Map.of(),
            Backends.SYSTEM);
    return new Progress(console, "importing", clock::get);
  }

  private String drawn() {
    String text = err.toString(StandardCharsets.UTF_8);
    err.reset();
    return text;
  }

  @Test
  void isDrawnAfterASecondAndWipedAtTheEnd() {
    try (Progress progress = progress(true)) {
      progress.at(1, 1);
      assertThat(drawn()).isEmpty();
      clock.addAndGet(1_000_000_000L);
      progress.at(1234, 5 << 20);
      assertThat(drawn()).isEqualTo("\r\u001b[Kimporting: 1,234, 5.0 MiB");
      progress.at(1235, 5 << 20);
      assertThat(drawn()).isEmpty();
      clock.addAndGet(2_000_000_000L);
      progress.tick();
      assertThat(drawn()).isEqualTo("\r\u001b[Kimporting: 3 s");
    }
    assertThat(drawn()).isEqualTo("\r\u001b[K");
  }

  @Test
  void isNotDrawnWhereNobodyWatches() {
    try (Progress progress = progress(false).ticking()) {
      clock.addAndGet(60_000_000_000L);
      progress.at(1, 1);
      progress.tick();
    }
    assertThat(drawn()).isEmpty();
  }
}
