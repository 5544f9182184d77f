package dev.varve.server;

/** Ends the handling of a request with an answer that says why. */
final class HttpFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Problem problem;

  HttpFailure(Problem problem) {
    super(problem.message());
    this.problem = problem;
  }

  HttpFailure(Problem problem, Throwable cause) {
    super(problem.message(), cause);
    this.problem = problem;
  }

  /** The answer. */
  Problem problem() {
    return problem;
  }
}
