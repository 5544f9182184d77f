package dev.varve.repair;

import dev.varve.check.Finding;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Counts what a repair does, and tells it one event at a time. Thread-safe. Holds the last {@value
 * #REMEMBERED} events as words of some 100 bytes; what is met again later than that is told twice.
 */
final class Journal {
  /** The place of what would be moved and was not. */
  static final String NOT_YET = "";

  private static final int REMEMBERED = 100_000;

  private final Consumer<RepairEvent> report;

  // Guarded by this.
  private final Set<String> told =
      Collections.newSetFromMap(
          new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
              return size() > REMEMBERED;
            }
          });
  private long repaired;
  private long movedAside;
  private long lost;

  Journal(Consumer<RepairEvent> report) {
    this.report = report;
  }

  synchronized void movedAside(Finding.Role role, String what, String object, String place) {
    // Where nothing is changed, an object that is met again is found damaged again.
    if (told.add("aside " + object + " " + place)) {
      movedAside++;
      report.accept(new RepairEvent.MovedAside(role, what, object, place));
    }
  }

  synchronized void repaired(
      Finding.Role role, String what, String object, RepairEvent.Source source) {
    if (told.add("repaired " + object)) {
      repaired++;
      report.accept(new RepairEvent.Repaired(role, what, object, source));
    }
  }

  synchronized void lost(Finding finding, List<RepairEvent.Remains> remains) {
    if (told.add("lost " + finding.object())) {
      lost++;
      report.accept(new RepairEvent.Lost(finding, remains));
    }
  }

  synchronized RepairReport report(long objects, long bytes) {
    return new RepairReport(objects, bytes, repaired, movedAside, lost);
  }
}
