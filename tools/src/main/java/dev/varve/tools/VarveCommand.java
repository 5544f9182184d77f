package dev.varve.tools;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command's own options; all work is done by its subcommands. */
@Command(
    name = "varve",
    description = "A versioned, content-addressed, transactional store for Zarr data.",
    synopsisSubcommandLabel = "COMMAND")
final class VarveCommand {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  @SuppressWarnings("unused") // picocli reads it
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version.")
  @SuppressWarnings("unused") // picocli reads it
  private boolean version;
}
