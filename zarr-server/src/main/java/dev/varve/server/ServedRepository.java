package dev.varve.server;

import dev.varve.version.Repository;

/**
 * A repository under the name that it has in URLs. Thread-safe.
 *
 * @param name the name
 * @param repository the repository, which the server does not close
 * @param access who may read it
 * @param resolver finds its revisions
 */
record ServedRepository(String name, Repository repository, Access access, Resolver resolver) {
  /** A repository to serve. */
  static ServedRepository of(String name, Repository repository, Access access) {
    return new ServedRepository(name, repository, access, new Resolver(repository));
  }

  /** Whether it lies on this machine. */
  boolean local() {
    return repository.backend().local();
  }

  /** What all its URLs begin with. */
  String root() {
    return "/" + RequestPath.encode(name) + "/";
  }

  /** The root of a revision's store. */
  String store(String revision) {
    return root() + "@" + RequestPath.encode(revision) + "/";
  }

  /** How long an answer may be kept. */
  String cacheControl(boolean immutable) {
    if (!immutable) {
      return "no-cache";
    }
    return (access.isPublic() ? "public" : "private") + ", max-age=31536000, immutable";
  }
}
