package dev.varve.tools;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.CanBeAnnotated.Predicates.annotatedWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.varve.blob.StoredBlob;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;

/**
 * The one direction of dependencies: drivers know no trees, trees no refs, version alone joins
 * them.
 */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(location -> !location.contains("/test-classes/"))
          .importPackages("dev.varve..");

  /** What each package may use of the others, besides libraries. */
  private static final Map<String, List<String>> ALLOWED =
      Map.ofEntries(
          Map.entry("error", List.of()),
          Map.entry("hash", List.of("error")),
          Map.entry("format", List.of("error", "hash")),
          Map.entry("blob", List.of("error", "hash", "format")),
          Map.entry("ref", List.of("error", "hash", "format", "blob")),
          Map.entry("tree", List.of("error", "hash", "format", "blob")),
          Map.entry("version", List.of("error", "hash", "format", "blob", "ref", "tree")),
          Map.entry("check", List.of("error", "hash", "format", "blob", "ref", "tree", "version")),
          Map.entry(
              "repair",
              List.of("error", "hash", "format", "blob", "ref", "tree", "version", "check")),
          Map.entry("sync", List.of("error", "hash", "format", "blob", "ref", "tree", "version")),
          Map.entry("memory", List.of("error", "hash", "format", "blob", "ref")),
          Map.entry(
              "testkit",
              List.of(
                  "error", "hash", "format", "blob", "ref", "tree", "version", "check", "sync",
                  "repair", "memory")),
          Map.entry("lmdb", List.of("error", "hash", "format", "blob", "ref")),
          Map.entry("s3", List.of("error", "hash", "blob", "ref")),
          Map.entry("zarr", List.of("error", "hash", "format", "blob", "ref", "tree", "version")),
          Map.entry(
              "server",
              List.of(
                  "error", "hash", "format", "blob", "ref", "tree", "version", "check", "zarr")));

  @Test
  void everyPackageUsesOnlyThoseBelowIt() {
    ALLOWED.forEach(
        (name, below) -> {
          List<String> allowed = new ArrayList<>(List.of("dev.varve." + name + ".."));
          below.forEach(each -> allowed.add("dev.varve." + each + ".."));
          classes()
              .that()
              .resideInAPackage("dev.varve." + name + "..")
              .should()
              .onlyDependOnClassesThat(
                  resideInAPackage("dev.varve..")
                      .negate()
                      .or(resideInAnyPackage(allowed.toArray(String[]::new))))
              .check(CLASSES);
        });
  }

  @Test
  void noPackagesUseEachOther() {
    slices().matching("dev.varve.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void theRulesKnowEveryPackageBelowTheTools() {
    assertThat(
            CLASSES.stream()
                .map(c -> c.getPackageName().replaceFirst("^dev\\.varve\\.?", ""))
                .distinct())
        .filteredOn(name -> !name.isEmpty() && !name.startsWith("tools"))
        .allSatisfy(name -> assertThat(ALLOWED).containsKey(name.replaceFirst("\\..*", "")));
  }

  @Test
  void aCommandKnowsNoOtherCommand() {
    for (JavaClass command : CLASSES.that(annotatedWith(Command.class))) {
      noClasses()
          .that()
          .areAnnotatedWith(Command.class)
          .and()
          .doNotHaveFullyQualifiedName(command.getName())
          .should()
          .dependOnClassesThat(equivalentTo(command.reflect()))
          .check(CLASSES);
    }
  }

  @Test
  void onlyTheMainDoorTouchesTheProcess() {
    noClasses()
        .that()
        .resideInAPackage("dev.varve..")
        .and()
        .doNotHaveFullyQualifiedName(Main.class.getName())
        .should()
        .callMethod(System.class, "exit", int.class)
        .check(CLASSES);
  }

  /**
   * Bytes as they are stored reach the rest of the code through {@code VerifiedBlobs} alone.
   * Drivers and test kits stand below it, {@code repair} looks at what did not prove true, and the
   * server proves values by itself, block by block.
   */
  @Test
  void storedBytesAreReadThroughTheirProofAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "dev.varve.blob",
            "dev.varve.lmdb..",
            "dev.varve.s3",
            "dev.varve.memory",
            "dev.varve.testkit",
            "dev.varve.repair")
        .and()
        .doNotHaveFullyQualifiedName("dev.varve.server.StoredValue")
        .should()
        .callMethod(StoredBlob.class, "read", long.class, int.class)
        .orShould()
        .callMethod(StoredBlob.class, "read", long.class, ByteBuffer.class)
        .check(CLASSES);
  }

  /**
   * Who asks for stored bytes that nothing has proved yet: each proves them itself, or asks for no
   * bytes.
   */
  @Test
  void unprovedReadingSaysSoInItsName() {
    List<String> hidden = new ArrayList<>();
    for (JavaClass each : CLASSES) {
      each.getMethodCallsFromSelf().stream()
          .filter(call -> call.getTarget().getName().contains("Unverified"))
          .filter(call -> !call.getOrigin().getName().contains("Unverified"))
          .map(call -> each.getSimpleName() + "." + call.getOrigin().getName())
          .forEach(hidden::add);
    }
    assertThat(hidden)
        .containsOnly(
            // A stream that VerifiedSource proves at its end.
            "StoredSource.open",
            // Whether something is stored, and how long it is.
            "Tally.damage",
            "SnapshotUsage.enter",
            // Through VerifiedBlobs.whole.
            "CommitGraph.load",
            // To be mended, or proved by the server block by block.
            "ObjectSources.preview",
            "StoredValue.open",
            "StoredValue.fill");
  }
}
