package dev.varve.repair;

import dev.varve.check.Finding;
import dev.varve.error.CorruptDataException;
import dev.varve.error.MissingBlobException;
import dev.varve.format.ByteWriter;
import dev.varve.hash.ContentHash;
import dev.varve.hash.HashAlgorithm;
import dev.varve.ref.RefChange;
import dev.varve.ref.RefName;
import dev.varve.ref.RefRecord;
import dev.varve.ref.RefRecordCodec;
import dev.varve.ref.RefStore;
import dev.varve.ref.RepairableRefs;
import dev.varve.version.Environment;
import dev.varve.version.Refs;
import dev.varve.version.Repository;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Gives damaged ref records their bytes back where something proves them: another place where the
 * record stands, one flipped bit, or the same record in another repository, if the record after it
 * has its digest, or what is left of it here its nonce. A record that is proved by nothing stays
 * lost. Where that is the newest one, nobody can tell what the ref held; then a record after it is
 * written, so that the ref can be used, and says where its target is from.
 *
 * <p>A record is never replaced by one that says something else, and a number is never given twice:
 * a slow writer that saw the lost record would build on what is not there any more. One thread;
 * holds one record.
 */
final class RefRepair {
  private static final String WHO = "varve repair";

  private final RefStore refs;
  private final RepairableRefs stored;
  private final Optional<Repository> other;
  private final Environment environment;
  private final FoundCommits commits;
  private final RepairOptions.Mode mode;
  private final PreviewRefs preview;
  private final Journal journal;

  RefRepair(
      RefStore refs,
      Optional<Repository> other,
      Environment environment,
      FoundCommits commits,
      RepairOptions.Mode mode,
      PreviewRefs preview,
      Journal journal) {
    this.refs = refs;
    this.stored = (RepairableRefs) refs;
    this.other = other;
    this.environment = environment;
    this.commits = commits;
    this.mode = mode;
    this.preview = preview;
    this.journal = journal;
  }

  /** Looks at every record of every ref down to its floor. */
  void run() {
    for (RefName.Kind kind : RefName.Kind.values()) {
      stored.names(kind).forEach(this::chain);
    }
  }

  /**
   * Makes what the other repository has and this one has not, and tells of commits without a ref.
   */
  void lacking() {
    List<ContentHash> held = new ArrayList<>();
    for (RefName.Kind kind : RefName.Kind.values()) {
      List<RefName> here = stored.names(kind);
      List<Refs.Named> theirs =
          other.map(repository -> repository.refs().list(kind)).orElse(List.of());
      for (Refs.Named each : theirs) {
        if (!here.contains(each.name())) {
          make(each);
          held.add(each.commit());
        }
      }
    }
    for (ContentHash commit : commits.unclaimed(Optional.empty(), held)) {
      journal.lost(
          new Finding(
              Finding.Kind.MISSING,
              "refs of commit " + commit,
              Optional.empty(),
              Optional.empty(),
              Finding.Role.REF,
              Optional.empty(),
              Optional.empty(),
              List.of(),
              "no ref holds commit "
                  + commit
                  + " and no other follows it; if a branch did, 'varve branch REPO NAME "
                  + commit
                  + "' makes it again"),
          List.of());
    }
  }

  private void make(Refs.Named theirs) {
    RefChange change =
        new RefChange(
            theirs.name(),
            Optional.of(theirs.commit()),
            false,
            environment.nonce(),
            "made anew, as in the other repository",
            WHO,
            environment.nowMillis());
    RefRecord first = change.after(Optional.empty(), refs.epoch(Optional.empty()));
    if (mode == RepairOptions.Mode.PREVIEW) {
      preview.add(first);
    } else if (stored
        .restore(theirs.name(), 1, emptyPlaces(theirs.name(), 1), RefRecordCodec.encode(first))
        .isEmpty()) {
      return;
    }
    journal.repaired(Finding.Role.REF, "ref", theirs.name().full(), RepairEvent.Source.OTHER);
  }

  private void chain(RefName name) {
    long newest = stored.newest(name).orElse(0);
    long floor = 1;
    Optional<RefRecord> follower = Optional.empty();
    boolean readable = false;
    for (long number = newest; number >= floor; number--) {
      Optional<RefRecord> record = record(name, number, newest, follower);
      if (record.isPresent() && !readable) {
        readable = true;
        floor = record.get().floor();
        if (number < newest) {
          goOn(name, newest, record);
        }
      }
      follower = record;
    }
    if (newest > 0 && !readable) {
      goOn(name, newest, Optional.empty());
    }
  }

  /** The record with a number, mended if need be. */
  private Optional<RefRecord> record(
      RefName name, long number, long newest, Optional<RefRecord> follower) {
    List<Optional<ByteBuffer>> places = stored.stored(name, number);
    Optional<ByteBuffer> first = places.get(0);
    if (places.stream().allMatch(first::equals) && first.isPresent()) {
      Optional<RefRecord> record = proved(name, number, follower, first.get());
      if (record.isPresent()) {
        return record;
      }
    }
    for (Candidate each : candidates(name, number, places)) {
      Optional<RefRecord> record = proved(name, number, follower, each.bytes());
      // What stands here proves itself; the other repository's may be of a log that parted here.
      boolean ofThisChain =
          record.isPresent()
              && (follower.isPresent()
                  || each.source() != RepairEvent.Source.OTHER
                  || sameWrite(record.get(), places));
      if (ofThisChain && restore(name, number, places, each)) {
        return record;
      }
    }
    if (number < newest) {
      lost(name, number, "what it held, and with it the log before it, cannot be proved");
    }
    return Optional.empty();
  }

  /** Bytes that may be a record's. */
  private record Candidate(ByteBuffer bytes, RepairEvent.Source source) {}

  private List<Candidate> candidates(RefName name, long number, List<Optional<ByteBuffer>> places) {
    List<ByteBuffer> here = places.stream().flatMap(Optional::stream).toList();
    Stream<Candidate> elsewhere =
        here.stream().map(bytes -> new Candidate(bytes, RepairEvent.Source.ELSEWHERE));
    Stream<Candidate> oneBit =
        here.stream()
            .flatMap(
                bytes -> OneBit.find(bytes, RefRecordCodec.MAX_BYTES, RefRepair::sealed).stream())
            .map(bytes -> new Candidate(bytes, RepairEvent.Source.ONE_BIT));
    Stream<Candidate> theirs =
        theirs(name, number)
            .map(RefRecordCodec::encode)
            .map(bytes -> new Candidate(bytes, RepairEvent.Source.OTHER))
            .stream();
    return Stream.of(elsewhere, oneBit, theirs).flatMap(all -> all).toList();
  }

  /** Whether bytes end with the digest of those before. */
  private static boolean sealed(ByteBuffer bytes) {
    int body = bytes.remaining() - ContentHash.BYTES;
    return body > 0
        && HashAlgorithm.SHA256.hash(bytes.slice(0, body)).equals(ContentHash.at(bytes, body));
  }

  private Optional<RefRecord> theirs(RefName name, long number) {
    try {
      return other.flatMap(repository -> repository.backend().refs().read(name, number));
    } catch (CorruptDataException damagedToo) {
      return Optional.empty();
    }
  }

  private static Optional<RefRecord> proved(
      RefName name, long number, Optional<RefRecord> follower, ByteBuffer bytes) {
    try {
      RefRecord record = RefRecordCodec.decode(name, bytes.duplicate());
      boolean right =
          record.number() == number
              && follower
                  .map(RefRecord::previous)
                  .filter(previous -> !previous.equals(HashAlgorithm.SHA256.hash(bytes)))
                  .isEmpty();
      return right ? Optional.of(record) : Optional.empty();
    } catch (CorruptDataException notOne) {
      return Optional.empty();
    }
  }

  /** Whether damaged bytes still have a record's nonce: it was drawn for one write and no other. */
  private static boolean sameWrite(RefRecord record, List<Optional<ByteBuffer>> damaged) {
    ByteWriter out = new ByteWriter();
    record.nonce().write(out);
    ByteBuffer nonce = out.toBuffer();
    return damaged.stream().flatMap(Optional::stream).anyMatch(bytes -> contains(bytes, nonce));
  }

  private static boolean contains(ByteBuffer bytes, ByteBuffer part) {
    for (int at = 0; at + part.remaining() <= bytes.remaining(); at++) {
      if (bytes.slice(bytes.position() + at, part.remaining()).equals(part)) {
        return true;
      }
    }
    return false;
  }

  private boolean restore(
      RefName name, long number, List<Optional<ByteBuffer>> found, Candidate right) {
    String object = object(name, number);
    if (mode == RepairOptions.Mode.PREVIEW) {
      preview.add(RefRecordCodec.decode(name, right.bytes()));
      if (found.stream()
          .flatMap(Optional::stream)
          .anyMatch(bytes -> !bytes.equals(right.bytes()))) {
        journal.movedAside(Finding.Role.REF, "ref record", object, Journal.NOT_YET);
      }
    } else {
      Optional<List<String>> places = stored.restore(name, number, found, right.bytes());
      if (places.isEmpty()) {
        return false;
      }
      places.get().forEach(p -> journal.movedAside(Finding.Role.REF, "ref record", object, p));
    }
    journal.repaired(Finding.Role.REF, "ref record", object, right.source());
    return true;
  }

  /** Writes the record after one that is lost. */
  private void goOn(RefName name, long lost, Optional<RefRecord> readable) {
    Optional<ContentHash> before = readable.flatMap(RefRecord::target);
    Target target = target(name, before);
    RefRecord next = next(name, lost, readable, target);
    String words =
        "it was the newest and what it held cannot be proved; "
            + target.commit().map(c -> "the ref now holds " + c).orElse("the ref now holds nothing")
            + ", "
            + target.from();
    if (mode == RepairOptions.Mode.PREVIEW) {
      preview.add(next);
    } else if (stored
        .restore(name, lost + 1, emptyPlaces(name, lost + 1), RefRecordCodec.encode(next))
        .isEmpty()) {
      words = "somebody wrote a record after it meanwhile, which tells what the ref holds";
    }
    lost(name, lost, words);
  }

  private List<Optional<ByteBuffer>> emptyPlaces(RefName name, long number) {
    return stored.stored(name, number).stream().map(any -> Optional.<ByteBuffer>empty()).toList();
  }

  /** What a ref whose newest record is lost shall hold, and why. */
  private record Target(Optional<ContentHash> commit, String from) {}

  private Target target(RefName name, Optional<ContentHash> before) {
    Optional<ContentHash> theirs = theirTarget(name, before);
    if (theirs.isPresent()) {
      return new Target(theirs, "as in the other repository" + hereAlone(before, theirs.get()));
    }
    List<ContentHash> later = commits.unclaimed(before, List.of());
    String others = later.size() > 1 ? "; unclaimed commits that follow: " + later.toString() : "";
    if (later.size() == 1) {
      return new Target(
          Optional.of(later.get(0)),
          "the only commit that follows "
              + before.map(b -> "the record before").orElse("no other")
              + " and that nothing else holds");
    }
    return before.isPresent()
        ? new Target(before, "as in the newest record that can be read" + others)
        : new Target(Optional.empty(), "for no record of it can be read" + others);
  }

  /** In a bucket each stored object would be asked for, one by one. */
  private String hereAlone(Optional<ContentHash> before, ContentHash theirs) {
    if (!commits.cheap()) {
      return "; whether a commit was stored here alone was not looked for";
    }
    List<ContentHash> here = commits.unclaimed(before, List.of(theirs));
    return here.isEmpty() ? "" : "; unclaimed commits that are here alone: " + here.toString();
  }

  private Optional<ContentHash> theirTarget(RefName name, Optional<ContentHash> before) {
    try {
      Optional<ContentHash> theirs =
          other.flatMap(repository -> repository.refs().find(name)).map(named -> named.commit());
      boolean follows =
          theirs.isPresent()
              && (before.isEmpty()
                  || other.orElseThrow().isCommit(before.get())
                      && other.orElseThrow().reaches(theirs.get(), before.get()));
      return follows ? theirs : Optional.empty();
    } catch (CorruptDataException | MissingBlobException damagedToo) {
      return Optional.empty();
    }
  }

  private RefRecord next(RefName name, long lost, Optional<RefRecord> readable, Target target) {
    RefChange change =
        new RefChange(
            name,
            target.commit(),
            false,
            environment.nonce(),
            "record " + lost + " is damaged; " + target.from(),
            WHO,
            environment.nowMillis());
    ContentHash previous =
        HashAlgorithm.SHA256.hash(
            stored.stored(name, lost).stream().flatMap(Optional::stream).findFirst().orElseThrow());
    return new RefRecord(
        name,
        lost + 1,
        previous,
        RefRecord.Kind.SET,
        change.target(),
        readable.map(RefRecord::epoch).orElseGet(() -> refs.epoch(Optional.empty())),
        readable.map(RefRecord::floor).orElse(1L),
        lost + 1,
        readable.map(RefRecord::horizon).orElse(List.of()),
        change.nonce(),
        change.reason(),
        change.who(),
        change.timeMillis());
  }

  private void lost(RefName name, long number, String words) {
    journal.lost(
        new Finding(
            Finding.Kind.DAMAGED,
            object(name, number),
            Optional.empty(),
            Optional.empty(),
            Finding.Role.REF,
            Optional.empty(),
            Optional.empty(),
            List.of(name.name()),
            words),
        List.of());
  }

  private static String object(RefName name, long number) {
    return name.full() + " record " + number;
  }
}
