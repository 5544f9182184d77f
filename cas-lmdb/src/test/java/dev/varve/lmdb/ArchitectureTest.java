package dev.varve.lmdb;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** A driver knows blobs and refs, and nothing of trees, commits or Zarr. */
class ArchitectureTest {
  @Test
  void driverUsesTheSeamAlone() {
    JavaClasses driver =
        new ClassFileImporter()
            .withImportOption(location -> !location.contains("/test-classes/"))
            .importPackages("dev.varve.lmdb");

    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.varve.lmdb..",
            "dev.varve.hash",
            "dev.varve.blob",
            "dev.varve.ref",
            "dev.varve.error",
            "org.lmdbjava",
            "jnr.ffi..",
            "org.jspecify..",
            "java..")
        .check(driver);
  }
}
