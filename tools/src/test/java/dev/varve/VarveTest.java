package dev.varve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.error.BackendException;
import dev.varve.error.NotFoundException;
import dev.varve.hash.HashAlgorithm;
import dev.varve.tree.Key;
import dev.varve.version.CommitInfo;
import dev.varve.version.CommitOutcome;
import dev.varve.version.Repository;
import dev.varve.version.Transaction;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VarveTest {
  @TempDir Path directory;

  @Test
  void whatIsCommittedIsThereWhenTheRepositoryIsOpenedAgain() {
    Key key = Key.of("air/c/0");
    ByteBuffer value = ByteBuffer.wrap(new byte[] {1, 2, 3});
    try (Repository made = Varve.create(directory.resolve("r"), HashAlgorithm.SHA256);
        Transaction edits = made.begin("main")) {
      edits.put(key, value);
      assertThat(edits.commit(CommitInfo.of("first"))).isInstanceOf(CommitOutcome.Committed.class);
    }
    try (Repository again = Varve.open(directory.resolve("r"))) {
      assertThat(again.snapshot("main").get(key)).isEqualTo(Optional.of(value));
    }
  }

  @Test
  void refusesWhatIsThereOrIsNotThere() {
    assertThatThrownBy(() -> Varve.open(directory.resolve("r")))
        .isInstanceOf(NotFoundException.class);
    Varve.create(directory.resolve("r"), HashAlgorithm.SHA256).close();
    assertThatThrownBy(() -> Varve.create(directory.resolve("r"), HashAlgorithm.SHA256))
        .isInstanceOf(BackendException.class);
    // The refusal left nothing open or locked.
    Varve.open(directory.resolve("r")).close();
  }
}
