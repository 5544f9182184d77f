package dev.varve.tools;

import dev.varve.ref.Backend;
import dev.varve.s3.S3Backend;
import dev.varve.s3.S3Location;
import dev.varve.s3.S3Settings;
import java.util.SplittableRandom;

/**
 * Repositories in buckets. Apart from {@link Backends}, so that a command on a local repository
 * loads nothing of the SDK.
 */
final class Buckets {
  private Buckets() {}

  static Backend create(S3Location location) {
    return S3Backend.create(location, settings());
  }

  static Backend open(S3Location location) {
    return S3Backend.open(location, settings());
  }

  private static S3Settings settings() {
    // The SDK speaks through slf4j, which has nobody to speak to here, and would say so.
    System.setProperty("slf4j.internal.verbosity", "ERROR");
    return S3Settings.standard(new SplittableRandom());
  }
}
