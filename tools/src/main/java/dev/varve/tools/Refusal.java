package dev.varve.tools;

/** A command gives up for a reason that it can tell exactly. Carries the whole answer. */
final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Failure failure;

  private Refusal(Failure failure) {
    super(failure.message());
    this.failure = failure;
  }

  /** The command line says something that cannot be. */
  static Refusal usage(String message, String hint) {
    return new Refusal(new Failure("usage", Failure.USAGE, message, hint));
  }

  /** What was named is not there. */
  static Refusal notFound(String message, String hint) {
    return new Refusal(new Failure("not-found", Failure.NOT_FOUND, message, hint));
  }

  /** It failed; {@code code} is a stable word for programs. */
  static Refusal failed(String code, String message, String hint) {
    return of(Failure.FAILED, code, message, hint);
  }

  /** What a failure says. */
  static Refusal of(Failure failure) {
    return new Refusal(failure);
  }

  /** It ends with an exit code of the contract; {@code code} is a stable word for programs. */
  static Refusal of(int exit, String code, String message, String hint) {
    return new Refusal(new Failure(code, exit, message, hint));
  }

  /** What the caller is told. */
  Failure failure() {
    return failure;
  }
}
