package dev.varve.reliability.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That the disk of the power cuts loses what it may lose, and nothing else. */
class DiskTest {
  @TempDir Path folder;

  private static Operation.Name name(long at, String name, int inode) {
    return new Operation.Name(at, at + 1, 0, name, inode);
  }

  private static Operation.Write write(long at, int inode, long place, String bytes) {
    return new Operation.Write(
        at, at + 1, inode, place, bytes.getBytes(StandardCharsets.UTF_8), false);
  }

  private static Operation.Sync sync(long at, int inode) {
    return new Operation.Sync(at, at + 1, inode);
  }

  /** All states of the folder that are found when the power goes at a moment. */
  private Set<String> found(long moment, Operation... operations) throws IOException {
    Set<String> states = new TreeSet<>();
    for (int i = 0; i < 200; i++) {
      Disk disk = new Disk(Journal.of(List.of(operations)));
      disk.advance(moment);
      Path image = Files.createTempDirectory(folder, "image");
      Survival.Kind[] kinds = Survival.Kind.values();
      disk.write(image, kinds[i % kinds.length], new Random(i * 0x9E3779B97F4A7C15L));
      StringBuilder state = new StringBuilder();
      try (var all = Files.list(image)) {
        for (Path each : all.sorted().toList()) {
          String text = Files.readString(each).replace('\0', '0').replaceAll("(.)\\1+", "$1");
          state.append(each.getFileName()).append('=').append(text).append(' ');
        }
      }
      states.add(state.toString().trim());
    }
    return states;
  }

  @Test
  void syncedFileInASyncedFolderStays() throws IOException {
    assertThat(found(100, name(1, "f", 1), write(3, 1, 0, "a"), sync(5, 1), sync(7, 0)))
        .containsExactly("f=a");
  }

  @Test
  void nameWithoutASyncOfItsFolderMayBeLost() throws IOException {
    assertThat(found(100, name(1, "f", 1), write(3, 1, 0, "a"), sync(5, 1)))
        .containsExactlyInAnyOrder("", "f=a");
  }

  @Test
  void writeWithoutASyncMayBeLostOrItsLengthAloneKept() throws IOException {
    assertThat(found(100, name(1, "f", 1), sync(3, 0), write(5, 1, 0, "a")))
        .containsExactlyInAnyOrder("f=", "f=0", "f=a");
  }

  @Test
  void laterWriteMayBeKeptWithoutTheEarlierOne() throws IOException {
    String sector = "a".repeat(512);
    assertThat(
            found(
                100,
                name(1, "f", 1),
                sync(3, 0),
                write(5, 1, 0, sector),
                write(7, 1, 512, sector.replace('a', 'b'))))
        .contains("f=0b", "f=ab", "f=a0", "f=a", "f=");
  }

  @Test
  void writeIsTornBetweenSectorsAndNotWithin() throws IOException {
    byte[] two = new byte[1024];
    Arrays.fill(two, (byte) 'x');
    assertThat(
            found(
                100,
                name(1, "f", 1),
                write(3, 1, 0, "-".repeat(1024)),
                sync(5, 1),
                sync(7, 0),
                new Operation.Write(9, 10, 1, 0, two, false)))
        .containsExactlyInAnyOrder("f=-", "f=x", "f=x-", "f=-x");
  }

  @Test
  void syncThatBeganBeforeAWriteEndedPromisesNothingOfIt() throws IOException {
    Operation.Write slow = new Operation.Write(5, 20, 1, 0, new byte[] {'a'}, false);
    assertThat(found(100, name(1, "f", 1), sync(3, 0), slow, sync(7, 1))).contains("f=");
  }

  @Test
  void syncThatDidNotReturnPromisesNothing() throws IOException {
    Operation.Sync slow = new Operation.Sync(7, 90, 1);
    assertThat(found(50, name(1, "f", 1), sync(3, 0), write(5, 1, 0, "a"), slow)).contains("f=");
  }

  @Test
  void writeThatIsSyncedByItselfTakesNoOtherWithIt() throws IOException {
    Operation.Write durable = new Operation.Write(9, 10, 1, 512, new byte[] {'b'}, true);
    assertThat(found(100, name(1, "f", 1), sync(3, 0), write(5, 1, 0, "a".repeat(512)), durable))
        .containsExactlyInAnyOrder("f=0b", "f=ab");
  }

  @Test
  void renamedFileIsUnderOneOfItsNamesAtLeast() throws IOException {
    Operation.Name gone = name(9, "f", -1);
    Operation.Name come = name(9, "g", 1);
    assertThat(
            found(
                100,
                name(1, "f", 1),
                write(3, 1, 0, "a"),
                sync(5, 1),
                sync(7, 0),
                new Operation.Rename(9, 10, gone, come)))
        .containsExactlyInAnyOrder("f=a", "g=a", "f=a g=a");
  }
}
