package dev.varve.tools;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;

/** What {@code varve verify --json} tells of a repository on disk. */
public final class DamageReport {
  private DamageReport() {}

  /** Each finding. */
  public static List<JsonNode> of(Path repository) {
    return Cli.run("verify", repository.toString(), "--json").exits(Failure.DAMAGE).lines("damage");
  }
}
