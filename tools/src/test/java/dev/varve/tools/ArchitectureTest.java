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
}
