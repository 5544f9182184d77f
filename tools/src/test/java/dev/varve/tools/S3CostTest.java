package dev.varve.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class S3CostTest {
  @Test
  void aMillionObjectsCostFiveDollars() {
    S3Cost cost = new S3Cost(1_000_000, 1_000_000, 0, 0);
    assertThat(S3Cost.dollars(cost.onceNanos())).isEqualTo("$5.4000");
    assertThat(cost.monthlyNanos()).isZero();
  }

  @Test
  void keepingIsByTheMonthAndFetchingOnce() {
    S3Cost cost = new S3Cost(0, 0, 100L << 30, 10L << 30);
    assertThat(S3Cost.dollars(cost.monthlyNanos())).isEqualTo("$2.3000");
    assertThat(S3Cost.dollars(cost.onceNanos())).isEqualTo("$0.9000");
    assertThat(new S3Cost(0, 0, 1L << 29, 0).monthlyNanos()).isEqualTo(11_500_000);
    assertThat(new S3Cost(0, 0, Long.MAX_VALUE, 0).monthlyNanos()).isPositive();
  }

  @Test
  void largeObjectsTakeARequestForEachPartAndTwoMore() {
    assertThat(S3Cost.writesOfLarge(0, 0)).isZero();
    assertThat(S3Cost.writesOfLarge(1, (8 << 20) + 1)).isEqualTo(4);
    assertThat(S3Cost.writesOfLarge(2, 3 * (8 << 20) + 2)).isEqualTo(9);
  }

  @Test
  void sumsAndWordsNameEverything() {
    S3Cost cost = new S3Cost(1_000, 10, 1L << 30, 0).plus(new S3Cost(1, 0, 0, 0));
    assertThat(cost).isEqualTo(new S3Cost(1_001, 10, 1L << 30, 0));
    assertThat(cost.words())
        .isEqualTo(
            "1,001 write or list requests, 10 read requests: about $0.0050, and $0.0230 a month to"
                + " keep it (list prices of AWS S3 Standard, us-east-1, 2026)");
    assertThat(cost.addTo(JsonLine.nested()).toString())
        .contains(
            "\"write_requests\":1001", "\"cost_micro_usd\":5009", "\"cost_micro_usd_month\":23000");
    assertThatThrownBy(() -> new S3Cost(-1, 0, 0, 0)).isInstanceOf(IllegalArgumentException.class);
  }
}
