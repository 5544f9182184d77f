package dev.varve.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.blob.Evidence;
import dev.varve.ref.RefName;
import dev.varve.ref.RefOutcome;
import dev.varve.ref.RefRecord;
import dev.varve.ref.RefStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** {@link RefStore} keeps refs apart whatever their names. */
public abstract class RefNamesContract extends ContractFixture {
  /** How many bytes the longest name has that can be stored; a server may allow less than Varve. */
  protected int longest() {
    return RefName.MAX_BYTES;
  }

  /** In order of unsigned UTF-8 bytes, which is not the order of Java's chars. */
  private List<String> names() {
    return List.of(
        "!",
        "#",
        "%",
        "%2F",
        "%61",
        "+",
        "=",
        "A",
        "B",
        "a",
        "a!",
        "a-b",
        "a.b",
        "a/b",
        "a/b/c",
        "a0",
        "ab",
        "b",
        "long/" + "n".repeat(longest() - 5),
        "main",
        "\u00e9t\u00e9",
        "\u6f22\u5b57/\u4e8c",
        "\uff21",
        "\ud83c\udf0a");
  }

  /** How many refs there are where there are many. */
  protected int many() {
    return 1500;
  }

  private RefStore refs() {
    return backend().refs();
  }

  private RefRecord write(RefName name, long number) {
    RefOutcome outcome =
        refs()
            .compareAndSet(
                refs().read(name),
                Changes.to(name, Changes.target(number), number),
                new Evidence(1L << 40));
    assertThat(outcome).isInstanceOf(RefOutcome.Done.class);
    return ((RefOutcome.Done) outcome).record();
  }

  private List<String> listed(RefName.Kind kind) {
    return refs().list(kind).stream().map(record -> record.name().name()).toList();
  }

  @Test
  void refsAreListedInOrderOfTheirBytes() {
    List<String> names = names();
    List<String> shuffled = new ArrayList<>(names);
    Collections.shuffle(shuffled, new Random(1));
    for (String each : shuffled) {
      write(RefName.branch(each), 1);
    }

    assertThat(listed(RefName.Kind.HEADS)).isEqualTo(names);
    reopen();
    assertThat(listed(RefName.Kind.HEADS)).isEqualTo(names);
  }

  @Test
  void eachNameHasItsOwnRecords() {
    List<String> names = names();
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < names.size(); i++) {
        // A different number of records for each name.
        for (int k = 0; k <= i % 3; k++) {
          write(RefName.branch(names.get(i)), 1000L * i + 10L * round + k);
        }
      }
    }
    for (int i = 0; i < names.size(); i++) {
      RefName name = RefName.branch(names.get(i));
      int expected = factory().openingRecords() + 3 * (i % 3 + 1);
      RefRecord newest = refs().read(name).orElseThrow();
      assertThat(newest.number()).as(name.full()).isEqualTo(expected);
      assertThat(newest.name()).isEqualTo(name);
      List<Long> log = new ArrayList<>();
      refs().log(name).forEachRemaining(record -> log.add(record.number()));
      assertThat(log).hasSize(expected).isSortedAccordingTo(Collections.reverseOrder());
      assertThat(refs().read(name, expected + 1L)).isEmpty();
    }
  }

  @Test
  void kindsAreKeptApart() {
    RefRecord head = write(RefName.branch("x"), 1);
    RefRecord tag = write(RefName.tag("x"), 2);
    RefRecord pin = write(RefName.pin("x"), 3);

    assertThat(refs().read(RefName.branch("x"))).contains(head);
    assertThat(refs().read(RefName.tag("x"))).contains(tag);
    assertThat(refs().read(RefName.pin("x"))).contains(pin);
    assertThat(refs().list(RefName.Kind.HEADS)).containsExactly(head);
    assertThat(refs().list(RefName.Kind.TAGS)).containsExactly(tag);
    assertThat(refs().list(RefName.Kind.PINS)).containsExactly(pin);
  }

  @Test
  void prefixOfANameIsAnotherRef() {
    write(RefName.branch("a/b"), 1);

    assertThat(refs().read(RefName.branch("a"))).isEqualTo(Optional.empty());
    assertThat(refs().log(RefName.branch("a")).hasNext()).isFalse();
    assertThat(refs().read(RefName.branch("a/b/c"))).isEmpty();
  }

  @Test
  void manyRefsAreListed() {
    for (int i = 0; i < many(); i++) {
      write(RefName.tag("t" + (10_000 + i)), i);
    }

    List<String> names = listed(RefName.Kind.TAGS);

    assertThat(names).hasSize(many()).isSorted();
  }
}
