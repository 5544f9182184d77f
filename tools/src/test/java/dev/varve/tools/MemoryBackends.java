package dev.varve.tools;

import dev.varve.error.NotFoundException;
import dev.varve.memory.MemoryBackend;
import dev.varve.ref.Backend;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Repositories in memory, which tests can damage, and which stay from run to run. */
final class MemoryBackends implements Backends {
  private final Map<Path, MemoryBackend> all = new HashMap<>();

  @Override
  public Backend create(Path directory) {
    return all.computeIfAbsent(directory, path -> new MemoryBackend());
  }

  @Override
  public Backend open(Path directory) {
    return get(directory.toString());
  }

  MemoryBackend get(String repo) {
    MemoryBackend found = all.get(Path.of(repo));
    if (found == null) {
      throw new NotFoundException("no repository in " + repo);
    }
    return found;
  }

  Cli.Result run(String... args) {
    return Cli.with(new byte[0], this, args);
  }

  Cli.Result with(String in, String... args) {
    return Cli.with(in.getBytes(StandardCharsets.UTF_8), this, args);
  }
}
