package dev.varve.server;

import java.util.Map;

/** A problem as a page, for people who followed a link. */
final class ErrorPage {
  private ErrorPage() {}

  static byte[] of(Problem problem) {
    StringBuilder body = new StringBuilder("<h1>");
    body.append(problem.status())
        .append(' ')
        .append(Html.escape(problem.code()))
        .append("</h1>\n<p>");
    body.append(Html.escape(problem.message())).append("</p>\n");
    if (!problem.details().isEmpty()) {
      body.append("<dl>\n");
      problem.details().entrySet().stream()
          .sorted(Map.Entry.comparingByKey())
          .forEach(
              detail ->
                  body.append("<dt>")
                      .append(Html.escape(detail.getKey()))
                      .append("</dt><dd class=\"mono\">")
                      .append(Html.escape(detail.getValue()))
                      .append("</dd>\n"));
      body.append("</dl>\n");
    }
    return Html.page(problem.code(), Html.link("/", "Repositories"), body.toString());
  }
}
