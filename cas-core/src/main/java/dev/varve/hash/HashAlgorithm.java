package dev.varve.hash;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.NoSuchProviderException;
import java.util.Locale;
import java.util.Optional;
import org.bouncycastle.crypto.digests.Blake3Digest;

/**
 * The algorithms a repository can be created with; one repository uses one. The code is part of the
 * format. Thread-safe.
 */
public enum HashAlgorithm {
  /** FIPS 180-4, by the JDK's SUN provider, which HotSpot replaces by the CPU's instructions. */
  SHA256(1),
  /** BLAKE3 with 32 bytes of output, by Bouncy Castle: about a tenth of the speed of SHA-256. */
  BLAKE3(2);

  private final int code;

  HashAlgorithm(int code) {
    this.code = code;
  }

  /** The number that names the algorithm in stored bytes. */
  public int code() {
    return code;
  }

  /** The name used on the command line and in JSON. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The algorithm of a stored code. */
  public static Optional<HashAlgorithm> ofCode(int code) {
    return code == 1 ? Optional.of(SHA256) : code == 2 ? Optional.of(BLAKE3) : Optional.empty();
  }

  /** The algorithm of a label, exactly as {@link #label()} gives it. */
  public static Optional<HashAlgorithm> ofLabel(String label) {
    return label.equals("sha256")
        ? Optional.of(SHA256)
        : label.equals("blake3") ? Optional.of(BLAKE3) : Optional.empty();
  }

  /** A fresh hasher, for one thread. */
  public Hasher hasher() {
    return this == SHA256 ? new Sha256() : new Blake3();
  }

  /** The hash of the buffer's remaining bytes; its position is unchanged. */
  public ContentHash hash(ByteBuffer bytes) {
    Hasher hasher = hasher();
    hasher.update(bytes.duplicate());
    return hasher.finish();
  }

  /** The hash of all the bytes. */
  public ContentHash hash(byte[] bytes) {
    return hash(ByteBuffer.wrap(bytes));
  }

  private static final class Sha256 implements Hasher {
    private final MessageDigest digest = newDigest();

    private static MessageDigest newDigest() {
      try {
        return MessageDigest.getInstance("SHA-256", "SUN");
      } catch (NoSuchProviderException | NoSuchAlgorithmException noSun) {
        try {
          return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException none) {
          throw new IllegalStateException("this Java has no SHA-256", none);
        }
      }
    }

    @Override
    public void update(ByteBuffer bytes) {
      digest.update(bytes);
    }

    @Override
    public void update(byte[] bytes, int offset, int length) {
      digest.update(bytes, offset, length);
    }

    @Override
    public ContentHash finish() {
      return ContentHash.of(digest.digest());
    }
  }

  private static final class Blake3 implements Hasher {
    private final Blake3Digest digest = new Blake3Digest(ContentHash.BYTES);

    @Override
    public void update(ByteBuffer bytes) {
      if (bytes.hasArray()) {
        digest.update(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
        bytes.position(bytes.limit());
        return;
      }
      byte[] part = new byte[Math.min(bytes.remaining(), 1 << 16)];
      while (bytes.hasRemaining()) {
        int n = Math.min(part.length, bytes.remaining());
        bytes.get(part, 0, n);
        digest.update(part, 0, n);
      }
    }

    @Override
    public void update(byte[] bytes, int offset, int length) {
      digest.update(bytes, offset, length);
    }

    @Override
    public ContentHash finish() {
      byte[] out = new byte[ContentHash.BYTES];
      digest.doFinal(out, 0);
      return ContentHash.of(out);
    }
  }
}
