package dev.varve.s3;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * Credentials that are looked for anew when the server says that they have expired: a provider
 * keeps what it was given until the time that it was told, by a clock that may be wrong, and a
 * session may end before that. Thread-safe.
 */
final class RenewedCredentials implements AwsCredentialsProvider, SdkAutoCloseable {
  private final Supplier<AwsCredentialsProvider> chain;
  private final boolean owned;
  private volatile Generation current;

  /** Those before, which requests under way may still ask. Guarded by this. */
  private final List<AwsCredentialsProvider> before = new ArrayList<>();

  /** A provider, and how many there were before it. */
  private record Generation(int number, AwsCredentialsProvider provider) {}

  /** Asks the provider that {@code chain} gives, and another from there after each expiry. */
  RenewedCredentials(Supplier<AwsCredentialsProvider> chain) {
    this(chain, true);
  }

  private RenewedCredentials(Supplier<AwsCredentialsProvider> chain, boolean owned) {
    this.chain = chain;
    this.owned = owned;
    this.current = new Generation(0, chain.get());
  }

  /** Those of the environment. */
  static RenewedCredentials ofEnvironment() {
    return new RenewedCredentials(() -> DefaultCredentialsProvider.builder().build());
  }

  /** Those of a provider of the caller's, which is asked again, and stays the caller's to close. */
  static RenewedCredentials of(AwsCredentialsProvider provider) {
    return provider instanceof RenewedCredentials known
        ? known
        : new RenewedCredentials(() -> provider, false);
  }

  @Override
  public AwsCredentials resolveCredentials() {
    return current.provider().resolveCredentials();
  }

  /**
   * Makes a request, and makes it again, once, where its credentials had expired: such a request
   * was refused before anything was done.
   */
  <R> R signed(Supplier<R> request) {
    int used = current.number();
    try {
      return request.get();
    } catch (AwsServiceException refused) {
      if (!S3Errors.expired(refused)) {
        throw refused;
      }
      renew(used);
      return request.get();
    }
  }

  /** Of many requests that were refused together, the first has new ones looked for. */
  private synchronized void renew(int used) {
    if (current.number() == used) {
      before.add(current.provider());
      current = new Generation(used + 1, chain.get());
    }
  }

  @Override
  public synchronized void close() {
    before.add(current.provider());
    for (AwsCredentialsProvider each : before) {
      if (owned && each instanceof SdkAutoCloseable closeable) {
        closeable.close();
      }
    }
    before.clear();
  }
}
