package dev.varve;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The one direction of dependencies within the core (docs/design.md, "Layers"). */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(location -> !location.contains("/test-classes/"))
          .importPackages("dev.varve");

  private static final Map<String, List<String>> MAY_USE = new LinkedHashMap<>();

  static {
    MAY_USE.put("error", List.of());
    MAY_USE.put("hash", List.of("error"));
    MAY_USE.put("format", List.of("error", "hash"));
    MAY_USE.put("blob", List.of("error", "hash", "format"));
    MAY_USE.put("ref", List.of("error", "hash", "format", "blob"));
    MAY_USE.put("tree", List.of("error", "hash", "format", "blob"));
    MAY_USE.put("version", List.of("error", "hash", "format", "blob", "ref", "tree"));
    MAY_USE.put("check", List.of("error", "hash", "format", "blob", "ref", "tree", "version"));
    MAY_USE.put(
        "repair", List.of("error", "hash", "format", "blob", "ref", "tree", "version", "check"));
    MAY_USE.put("sync", List.of("error", "hash", "format", "blob", "ref", "tree", "version"));
    MAY_USE.put("memory", List.of("error", "hash", "format", "blob", "ref"));
  }

  @Test
  void packagesUseOnlyThoseBelowThem() {
    for (Map.Entry<String, List<String>> each : MAY_USE.entrySet()) {
      String[] others =
          MAY_USE.keySet().stream()
              .filter(p -> !p.equals(each.getKey()) && !each.getValue().contains(p))
              .map(p -> "dev.varve." + p + "..")
              .toArray(String[]::new);
      noClasses()
          .that()
          .resideInAPackage("dev.varve." + each.getKey() + "..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(others)
          .allowEmptyShould(true)
          .check(CLASSES);
    }
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("dev.varve.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void theClockAndRandomNumbersComeThroughTheEnvironment() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName("dev.varve.version.SystemEnvironment")
        .should()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(java.time.Instant.class, "now")
        .orShould()
        .callMethod(java.util.UUID.class, "randomUUID")
        .orShould()
        .dependOnClassesThat()
        .belongToAnyOf(java.util.Random.class, java.util.concurrent.ThreadLocalRandom.class)
        .check(CLASSES);
  }
}
