package dev.varve.server;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Answers what fails before any route is found, such as a head that is too long, as routes do. */
final class BareErrors implements Request.Handler {
  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    int status = response.getStatus();
    Problem problem = Problem.of(status, "bad-request", HttpStatus.getMessage(status));
    byte[] body = Json.bytes(problem.json());
    response.getHeaders().put("Content-Type", Json.TYPE);
    response.getHeaders().put("Varve-Error", problem.code());
    response.getHeaders().put("Cache-Control", "no-store");
    response.getHeaders().put("Content-Length", body.length);
    response.write(true, ByteBuffer.wrap(body), callback);
    return true;
  }
}
