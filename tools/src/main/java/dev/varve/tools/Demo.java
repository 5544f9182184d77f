package dev.varve.tools;

import dev.varve.hash.ContentHash;
import dev.varve.tree.Entry;
import dev.varve.tree.Key;
import dev.varve.version.Repository;
import dev.varve.version.Snapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows the main job on the real data that comes with the project, step by step. */
@Command(
    name = "demo",
    description = "Show what varve does, on real climate, ocean and microscope data.")
final class Demo extends Subcommand {
  private static final String DOCUMENT = "air_temperature/zarr.json";
  private static final String CHUNK = "air_temperature/c/60/0/0";

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "DIR",
      description = "Where to leave the repository (default: nowhere, it is removed at the end).")
  private @Nullable Path keep;

  Demo(Console console) {
    super(console);
  }

  @Override
  boolean namesRepositories() {
    return false;
  }

  @Override
  String example() {
    return "varve demo";
  }

  @Override
  int run(Output out) throws IOException {
    Path samples = DemoStage.samples();
    try (DemoStage stage = new DemoStage(console, out, keep)) {
      out.words("Real data: air temperature over North America, 240 years in two scenarios of one");
      out.words(
          "climate model (samples/README.md). Each line behind '$' is a command you can type.");
      append(stage, samples);
      branch(stage, samples);
      travel(stage);
      share(stage, samples);
      damage(stage);
      giveBack(stage, samples);
      out.words("");
      out.words(
          keep == null
              ? "Done. 'varve demo DIR' leaves the repository in DIR, to look around in."
              : "Done. The repository is " + stage.repo() + ", to look around in.");
      return Failure.OK;
    }
  }

  private static void append(DemoStage stage, Path samples) {
    Path scenarios = samples.resolve("scenarios");
    stage.step("1  Commit 80 years, then append while a reader is at work");
    stage.command("init", stage.repo());
    stage.command("import", scenarios.resolve("01-time-80.zip"), stage.repo(), "-m", "80 years");
    try (Repository repository = stage.open();
        DemoReader reader = new DemoReader(repository)) {
      Snapshot held = repository.snapshot("main");
      ContentHash before = repository.contentHash(held, "");
      for (String state : new String[] {"02-time-81", "03-time-82", "04-time-140", "05-time-150"}) {
        String years = state.substring(state.lastIndexOf('-') + 1) + " years";
        stage.command(
            "import", scenarios.resolve(state + ".zip"), stage.repo(), "--delete", "-m", years);
      }
      boolean still = repository.contentHash(held, "").equals(before);
      stage.say(
          "The first snapshot, held open all the while, has "
              + (still ? "the same" : "ANOTHER")
              + " content hash "
              + before.brief()
              + ".");
      stage.say(reader.report());
    }
    stage.plain(
        "the reader would have met arrays of unequal length, or fill values for a year not written yet.");
  }

  private static void branch(DemoStage stage, Path samples) {
    stage.step("2  Branch off the second scenario at year 140, and compare");
    stage.command("branch", stage.repo(), "e1", "main~1");
    stage.command(
        "import",
        samples.resolve("scenarios/branch.zip"),
        stage.repo(),
        "-b",
        "e1",
        "--delete",
        "-m",
        "scenario E1");
    stage.command("diff", stage.repo(), "main", "e1", "--stat");
    stage.plain("a second scenario is a second copy of everything; comparing reads all of both.");
  }

  private static void travel(DemoStage stage) throws IOException {
    stage.step("3  Name a version, correct an attribute, and look back");
    stage.command("tag", stage.repo(), "v1", "main");
    stage.input(corrected(stage));
    stage.command("put", stage.repo(), DOCUMENT, "-", "-m", "units spelled out");
    stage.command("diff", stage.repo(), "v1", "main");
    stage.command("log", stage.repo(), "-n", "3");
    stage.command("tree", stage.repo(), "main~4");
    stage.plain("the old units are gone, and so is what the data set was last week.");
  }

  /** The array's document with another unit, all other bytes as they were. */
  private static String corrected(DemoStage stage) {
    try (Repository repository = stage.open()) {
      ByteBuffer document = repository.snapshot("main").get(Key.of(DOCUMENT)).orElseThrow();
      return StandardCharsets.UTF_8.decode(document).toString().replace("\"K\"", "\"kelvin\"");
    }
  }

  private static void share(DemoStage stage, Path samples) {
    stage.step(
        "4  Add an ocean model month by month and a microscope image; equal bytes are kept once");
    for (String month :
        new String[] {"01-time_counter-1", "02-time_counter-2", "03-time_counter-3"}) {
      stage.command(
          "import",
          samples.resolve("nemo/" + month + ".zip"),
          stage.repo(),
          "--at",
          "/ocean",
          "--delete",
          "-m",
          "ocean " + month);
    }
    stage.command(
        "import",
        samples.resolve("ome/6001240_labels_v0.5.zip"),
        stage.repo(),
        "--at",
        "/image",
        "-m",
        "OME-Zarr image");
    stage.command(
        "import",
        samples.resolve("ome/6001240_labels_v0.5.zip"),
        stage.repo(),
        "--at",
        "/image",
        "-m",
        "again");
    stage.command("du", stage.repo());
    stage.plain("each version kept is a whole copy.");
  }

  /** Flips one bit in the store's file, as a failing disk would, and flips it back. */
  private static void damage(DemoStage stage) throws IOException {
    stage.step("5  Flip one bit of one stored chunk");
    stage.command("verify", stage.repo());
    byte[] chunk;
    try (Repository repository = stage.open()) {
      Snapshot snapshot = repository.snapshot("main");
      Entry entry = snapshot.entry(Key.of(CHUNK)).orElseThrow();
      ByteBuffer value = snapshot.value(Key.of(CHUNK), entry);
      chunk = new byte[value.remaining()];
      value.get(chunk);
    }
    StoredBytes stored = StoredBytes.find(Path.of(stage.repo()), chunk);
    stored.flip(chunk.length / 2);
    stage.say("One bit of " + CHUNK + " is now wrong in " + stored.file().getFileName() + ".");
    stage.command("cat", stage.repo(), "main", CHUNK);
    stage.command("verify", stage.repo());
    stored.flip(chunk.length / 2);
    stage.say("(The bit is put right again.)");
    stage.plain("the wrong numbers would have been read as data, without a word.");
  }

  private static void giveBack(DemoStage stage, Path samples) throws IOException {
    stage.step("6  Give it back: every version is a plain Zarr store, byte for byte");
    Path given = stage.folder("given");
    Files.createDirectories(given.getParent());
    stage.command("export", stage.repo(), "v1", given);
    stage.compare(samples.resolve("scenarios/05-time-150.zip"), given);
  }
}
