package dev.varve.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.s3.ConditionalWrite.Look;
import dev.varve.s3.ConditionalWrite.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each answer that a write can meet, one after the other, and what is asked next. */
class ConditionalWriteTest {
  private final List<String> asked = new ArrayList<>();
  private final Deque<Object> answers = new ArrayDeque<>();
  private final ConditionalWrite write =
      new ConditionalWrite(new Attempts(3, attempt -> asked.add("pause " + attempt)));

  private Object next(String request) {
    asked.add(request);
    Object answer = answers.removeFirst();
    if (answer instanceof S3Failure.Kind kind) {
      throw new S3Failure(kind, "cannot " + request + ": " + kind, null);
    }
    return answer;
  }

  private Outcome run(Object... script) {
    answers.addAll(List.of(script));
    Outcome outcome = write.write(() -> assertThat(next("send")).isEqualTo("ok"), this::look);
    assertThat(answers).isEmpty();
    return outcome;
  }

  private Look look() {
    return (Look) next("look");
  }

  @Test
  void successIsBelievedAtOnce() {
    assertThat(run("ok")).isEqualTo(new Outcome.Ours());
    assertThat(asked).containsExactly("send");
  }

  @Test
  void takenByOneselfIsSuccess() {
    assertThat(run(S3Failure.Kind.TAKEN, Look.OURS)).isEqualTo(new Outcome.Ours());
  }

  @Test
  void takenByAnotherIsLost() {
    assertThat(run(S3Failure.Kind.TAKEN, Look.THEIRS)).isEqualTo(new Outcome.Theirs());
    assertThat(asked).containsExactly("send", "look");
  }

  @Test
  void lostAnswerIsReadBack() {
    assertThat(run(S3Failure.Kind.UNANSWERED, Look.OURS)).isEqualTo(new Outcome.Ours());
  }

  @Test
  void whileNothingIsThereTheSameIsSentAgain() {
    assertThat(run(S3Failure.Kind.CONTENDED, Look.NOTHING, S3Failure.Kind.BUSY, Look.NOTHING, "ok"))
        .isEqualTo(new Outcome.Ours());
    assertThat(asked).containsExactly("send", "look", "pause 1", "send", "look", "pause 2", "send");
  }

  @Test
  void givingUpIsUnknownAndNeverFailure() {
    assertThat(
            run(
                S3Failure.Kind.UNANSWERED,
                Look.NOTHING,
                S3Failure.Kind.BUSY,
                Look.NOTHING,
                S3Failure.Kind.TAKEN,
                Look.NOTHING))
        .isInstanceOf(Outcome.Unknown.class);
  }

  @Test
  void blindnessIsUnknown() {
    assertThat(
            run(
                S3Failure.Kind.TAKEN,
                S3Failure.Kind.BUSY,
                S3Failure.Kind.UNANSWERED,
                S3Failure.Kind.BUSY))
        .isInstanceOf(Outcome.Unknown.class);
    assertThat(asked).containsExactly("send", "look", "pause 1", "look", "pause 2", "look");
  }

  @Test
  void refusalOfTheFirstAttemptIsFailure() {
    assertThatThrownBy(() -> run(S3Failure.Kind.REFUSED)).isInstanceOf(S3Failure.class);
    assertThat(asked).containsExactly("send");
  }

  @Test
  void refusalAfterDoubtIsStillLookedAt() {
    assertThat(run(S3Failure.Kind.UNANSWERED, Look.NOTHING, S3Failure.Kind.REFUSED, Look.OURS))
        .isEqualTo(new Outcome.Ours());
    asked.clear();
    assertThat(run(S3Failure.Kind.UNANSWERED, Look.NOTHING, S3Failure.Kind.REFUSED, Look.NOTHING))
        .isInstanceOf(Outcome.Unknown.class);
  }

  @Test
  void interruptedWaitIsUnknown() {
    ConditionalWrite interrupted =
        new ConditionalWrite(
            new Attempts(
                3,
                attempt -> {
                  throw new InterruptedException();
                }));
    answers.addAll(List.of(S3Failure.Kind.UNANSWERED, Look.NOTHING));

    Outcome outcome = interrupted.write(() -> next("send"), this::look);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(outcome).isInstanceOf(Outcome.Unknown.class);
  }
}
