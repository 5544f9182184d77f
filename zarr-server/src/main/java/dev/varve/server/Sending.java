package dev.varve.server;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingCallback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Sends a body, part by part, without a thread of its own: each part is read when the one before
 * has left. A client that takes longer than a bound for one part is dropped. Where reading fails
 * after the first part, the connection is aborted, so that nobody takes what came for the whole.
 * One use.
 */
final class Sending extends IteratingCallback {
  private final Exchange exchange;
  private final Request request;
  private final Response response;
  private final Callback callback;
  private final Body body;
  private final long partMillis;

  /** A part read ahead; the first one, before anything is sent. */
  private @Nullable ByteBuffer ahead;

  private Scheduler.@Nullable Task deadline;
  private boolean ended;
  private boolean writing;
  private volatile boolean left;

  private final Callback leaving =
      new Callback() {
        @Override
        public void succeeded() {
          left = true;
          Sending.this.succeeded();
        }

        @Override
        public void failed(Throwable failed) {
          left = true;
          Sending.this.failed(failed);
        }
      };

  /**
   * @param first the body's first part, read already, so that its failure could still be told
   * @param partMillis the longest time that a client may take for one part
   */
  Sending(Exchange exchange, Body body, @Nullable ByteBuffer first, long partMillis) {
    this.exchange = exchange;
    this.request = exchange.request();
    this.response = exchange.response();
    this.callback = exchange.callback();
    this.body = body;
    this.ahead = first;
    this.partMillis = partMillis;
  }

  @Override
  protected Action process() {
    stopClock();
    if (writing) {
      writing = false;
      body.sent();
    }
    if (ended) {
      return Action.SUCCEEDED;
    }
    ByteBuffer part = ahead;
    if (part == null) {
      ended = true;
      response.write(true, null, this);
      return Action.SCHEDULED;
    }
    // Reading one ahead tells whether this is the last part, which then goes out with the end.
    ahead = body.next();
    ended = ahead == null;
    boolean timed = part.remaining() > 1 << 14 || !ended;
    writing = true;
    left = false;
    response.write(ended, part, leaving);
    // Most parts have left by now. Where this one leaves in between, the clock is stopped by the
    // next turn, which cannot begin before this one ends.
    if (timed && !left) {
      deadline =
          request
              .getComponents()
              .getScheduler()
              .schedule(this::late, partMillis, TimeUnit.MILLISECONDS);
    }
    return Action.SCHEDULED;
  }

  private void late() {
    TimeoutException late =
        new TimeoutException("the client took longer than " + partMillis + " ms for one part");
    if (request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_2) {
      abort(late);
    } else {
      request.getConnectionMetaData().getConnection().getEndPoint().close(late);
    }
  }

  private void stopClock() {
    Scheduler.Task task = deadline;
    deadline = null;
    if (task != null) {
      task.cancel();
    }
  }

  @Override
  protected void onCompleteSuccess() {
    body.close();
    callback.succeeded();
  }

  @Override
  protected void onCompleteFailure(Throwable cause) {
    stopClock();
    body.close();
    exchange.fail(cause);
  }
}
