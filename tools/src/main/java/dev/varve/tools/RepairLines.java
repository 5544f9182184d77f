package dev.varve.tools;

import dev.varve.repair.RepairEvent;
import java.util.List;
import java.util.Locale;

/** Tells what a repair does and what stays lost, as it goes. One thread at a time. */
final class RepairLines {
  private final DamageLines findings;
  private final Output out;
  private final Progress progress;

  RepairLines(DamageLines findings, Output out, Progress progress) {
    this.findings = findings;
    this.out = out;
    this.progress = progress;
  }

  void tell(RepairEvent event) {
    progress.wipe();
    if (event instanceof RepairEvent.MovedAside moved) {
      moved(moved);
    } else if (event instanceof RepairEvent.Repaired repaired) {
      repaired(repaired);
    } else if (event instanceof RepairEvent.Lost lost) {
      lost(lost);
    }
    // A repair may take hours; what it did is known to whoever reads along, and where it is
    // stopped.
    out.flush();
  }

  private void moved(RepairEvent.MovedAside moved) {
    if (out.json()) {
      out.line(
          JsonLine.of("moved-aside")
              .put("role", lower(moved.role()))
              .put("object", moved.object())
              .put("what", moved.what())
              .put("place", moved.place().isEmpty() ? null : moved.place()));
    } else {
      out.words(
          "moved aside "
              + Words.safe(moved.what() + " " + moved.object())
              + (moved.place().isEmpty() ? "" : "\n  it is now " + Words.safe(moved.place())));
    }
  }

  private void repaired(RepairEvent.Repaired repaired) {
    if (out.json()) {
      out.line(
          JsonLine.of("repaired")
              .put("role", lower(repaired.role()))
              .put("object", repaired.object())
              .put("what", repaired.what())
              .put("source", lower(repaired.source()).replace('_', '-')));
    } else {
      out.words(
          "repaired "
              + Words.safe(repaired.what() + " " + repaired.object())
              + ", "
              + words(repaired.source()));
    }
  }

  private static String words(RepairEvent.Source source) {
    return switch (source) {
      case OTHER -> "from the other repository";
      case ONE_BIT -> "by flipping one bit back";
      case ELSEWHERE -> "from where it stood elsewhere in this repository";
      case FORMAT -> "as the format has it";
    };
  }

  private void lost(RepairEvent.Lost lost) {
    List<RepairEvent.Remains> remains = lost.remains();
    if (out.json()) {
      out.line(
          findings
              .line("lost", lost.finding())
              .objects("remains", remains.stream().map(RepairLines::line).toList()));
      return;
    }
    StringBuilder words = new StringBuilder(findings.words("lost", lost.finding()));
    for (RepairEvent.Remains each : remains) {
      words
          .append("\n  of ")
          .append(Words.safe(each.ref().full()))
          .append(" record ")
          .append(each.record())
          .append(" can still be read: commit ")
          .append(each.commit());
    }
    out.words(words.toString());
  }

  private static JsonLine line(RepairEvent.Remains each) {
    return JsonLine.nested()
        .put("ref", each.ref().full())
        .put("record", each.record())
        .put("commit", each.commit());
  }

  private static String lower(Enum<?> word) {
    return word.name().toLowerCase(Locale.ROOT);
  }
}
