package dev.varve.s3;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/**
 * Signs requests to S3 by AWS's signatures of version 4: those of one object, which have no query
 * and nothing to be escaped in their path. Thread-safe. Keeps the key of the last secret and day.
 */
final class RequestSigner {
  /** The SHA-256 of no bytes. */
  static final String NO_BYTES = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

  private static final String ALGORITHM = "AWS4-HMAC-SHA256";
  private static final String MAC = "HmacSHA256";
  private static final String SERVICE = "s3";
  private static final String END = "aws4_request";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final String region;
  private volatile @Nullable DayKey last;

  /** What a day's requests are signed with. */
  private record DayKey(String secret, String day, SecretKeySpec key) {}

  RequestSigner(String region) {
    this.region = region;
  }

  /**
   * The headers to send: those given, all of which are signed, and those of the signature.
   *
   * @param headers with that of the host; the case of names does not matter
   * @param sha256 of the body, in hex
   */
  SortedMap<String, String> signed(
      String method,
      String path,
      SortedMap<String, String> headers,
      String sha256,
      AwsCredentials credentials,
      Instant now) {
    String time = TIME.format(now);
    String day = time.substring(0, 8);
    SortedMap<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    all.putAll(headers);
    all.put("x-amz-content-sha256", sha256);
    all.put("x-amz-date", time);
    if (credentials instanceof AwsSessionCredentials session) {
      all.put("x-amz-security-token", session.sessionToken());
    }
    StringBuilder request = new StringBuilder(512);
    request.append(method).append('\n').append(path).append("\n\n");
    all.forEach(
        (name, value) ->
            request
                .append(name.toLowerCase(Locale.ROOT))
                .append(':')
                .append(value.strip())
                .append('\n'));
    String names = String.join(";", all.keySet()).toLowerCase(Locale.ROOT);
    request.append('\n').append(names).append('\n').append(sha256);
    String scope = day + "/" + region + "/" + SERVICE + "/" + END;
    String told = ALGORITHM + "\n" + time + "\n" + scope + "\n" + hash(request.toString());
    String signature = HexFormat.of().formatHex(mac(key(credentials.secretAccessKey(), day), told));
    all.put(
        "Authorization",
        ALGORITHM
            + " Credential="
            + credentials.accessKeyId()
            + "/"
            + scope
            + ", SignedHeaders="
            + names
            + ", Signature="
            + signature);
    return all;
  }

  private SecretKeySpec key(String secret, String day) {
    DayKey known = last;
    if (known == null || !known.day.equals(day) || !known.secret.equals(secret)) {
      SecretKeySpec key = key(bytes("AWS4" + secret));
      for (String part : new String[] {day, region, SERVICE, END}) {
        key = key(mac(key, part));
      }
      known = new DayKey(secret, day, key);
      last = known;
    }
    return known.key;
  }

  private static SecretKeySpec key(byte[] bytes) {
    return new SecretKeySpec(bytes, MAC);
  }

  private static byte[] mac(SecretKeySpec key, String text) {
    try {
      Mac mac = Mac.getInstance(MAC);
      mac.init(key);
      return mac.doFinal(bytes(text));
    } catch (NoSuchAlgorithmException | InvalidKeyException none) {
      throw new IllegalStateException("this Java has no " + MAC, none);
    }
  }

  private static String hash(String text) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes(text)));
    } catch (NoSuchAlgorithmException none) {
      throw new IllegalStateException("this Java has no SHA-256", none);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
