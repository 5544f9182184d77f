package dev.varve.server;

import java.nio.file.Path;

/**
 * How a server proves who it is. Immutable.
 *
 * @param keystore a PKCS#12 or JKS file with a private key and its certificates
 * @param password the file's password
 */
public record TlsSettings(Path keystore, String password) {
  /** Leaves the password out. */
  @Override
  public String toString() {
    return "TlsSettings[" + keystore + "]";
  }
}
