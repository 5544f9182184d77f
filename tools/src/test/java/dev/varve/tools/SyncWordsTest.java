package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.sync.SyncState;
import org.junit.jupiter.api.Test;

class SyncWordsTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void farTellsObjectsBytesRateShareAndTimeLeft() {
    SyncState state = new SyncState(1200, 100 << 20, 50, 20 << 20, 480 << 20, 0, 0);
    assertThat(SyncWords.far(state, 10 * SECOND))
        .isEqualTo(
            "1,200 objects, 100.0 MiB, 10.0 MiB/s, 20.0 MiB were there, 25 %, about 30 s left");
  }

  @Test
  void farClaimsNothingBeforeItKnows() {
    assertThat(SyncWords.far(new SyncState(0, 0, 0, 0, 0, 0, 0), 0)).isEqualTo("0 objects, 0 B");
    assertThat(SyncWords.far(new SyncState(3, 30, 0, 0, 30, 0, 0), SECOND))
        .isEqualTo("3 objects, 30 B, 30 B/s, 100 %");
  }

  @Test
  void timesAreToldAsPeopleDo() {
    assertThat(SyncWords.left(59)).isEqualTo("59 s");
    assertThat(SyncWords.left(100)).isEqualTo("2 min");
    assertThat(SyncWords.left(3 * 3600 + 125)).isEqualTo("3 h 2 min");
  }
}
