package dev.varve.s3;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** A driver knows blobs and refs, and nothing of trees, commits or Zarr. */
class ArchitectureTest {
  @Test
  void driverUsesTheSeamAndTheSdkAlone() {
    JavaClasses driver =
        new ClassFileImporter()
            .withImportOption(location -> !location.contains("/test-classes/"))
            .importPackages("dev.varve.s3");

    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.varve.s3",
            "dev.varve.hash",
            "dev.varve.blob",
            "dev.varve.ref",
            "dev.varve.error",
            "software.amazon.awssdk..",
            "org.jspecify..",
            "java..",
            "javax.crypto..")
        .check(driver);
  }
}
