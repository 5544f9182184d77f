"""The data that the clients read: states of real Zarr stores, and what each array holds by value."""

import functools
import json
import math
import os
import pathlib
import zipfile
from dataclasses import dataclass

CHECKOUT = pathlib.Path(__file__).resolve().parents[3]
# Arrays above this are read in rows around the chunks that are there by clients that are slow at it.
LARGE = 256 << 20


@dataclass(frozen=True, eq=False)
class State:
    """One whole store."""

    dataset: str
    name: str
    parent: str | None
    source: pathlib.Path  # a zip or a directory
    tree_sha256: str
    arrays: dict  # path -> shape, dtype, zarr_format, sha256 of the values
    files: tuple  # keys, sorted by UTF-8 bytes

    @property
    def id(self):
        return f"{self.dataset}/{self.name}"

    def read(self, key):
        if self.source.is_dir():
            return (self.source / key).read_bytes()
        with zipfile.ZipFile(self.source) as archive:
            return archive.read(key)

    def sizes(self):
        """Bytes of each key's value."""
        if self.source.is_dir():
            return {key: (self.source / key).stat().st_size for key in self.files}
        with zipfile.ZipFile(self.source) as archive:
            return {key: archive.getinfo(key).file_size for key in self.files}

    @functools.cached_property
    def consolidated(self):
        if ".zmetadata" in self.files:
            return True
        return "zarr.json" in self.files and bool(json.loads(self.read("zarr.json")).get("consolidated_metadata"))

    def unpack(self, directory):
        """Writes the store as a plain directory."""
        if self.source.is_dir():
            for key in self.files:
                (directory / key).parent.mkdir(parents=True, exist_ok=True)
                (directory / key).write_bytes((self.source / key).read_bytes())
        else:
            with zipfile.ZipFile(self.source) as archive:
                archive.extractall(directory)

    def rows(self, path):
        """For a large array the rows around its stored chunks, as [first, beyond]; else None: all of it."""
        array = self.arrays[path]
        if math.prod(array["shape"]) * 8 < LARGE:
            return None
        node = json.loads(self.read(f"{path[1:]}/zarr.json"))
        height = node["chunk_grid"]["configuration"]["chunk_shape"][0]
        prefix = f"{path[1:]}/c/"
        present = sorted({int(key[len(prefix) :].split("/")[0]) for key in self.files if key.startswith(prefix)})
        last = array["shape"][0]
        return [[max(0, (i - 1) * height), min(last, (i + 2) * height)] for i in present]


def folder():
    """Where the data is: VARVE_DATA, or shared/data/zarr beside the checkout, or its own samples."""
    if os.environ.get("VARVE_DATA"):
        return pathlib.Path(os.environ["VARVE_DATA"])
    beside = CHECKOUT.parent / "shared" / "data" / "zarr"
    return beside if (beside / "expected.json").is_file() else CHECKOUT / "samples"


def load(directory):
    """All states, by data set, each after its parent."""
    expected = json.loads((directory / "expected.json").read_text())
    return {
        name: [_state(directory, name, *item) for item in data["states"].items()]
        for name, data in expected["datasets"].items()
    }


def _state(directory, dataset, name, entry):
    source = (directory / entry["store"]).resolve()
    if source.is_dir():
        files = [p.relative_to(source).as_posix() for p in source.rglob("*") if p.is_file()]
    else:
        with zipfile.ZipFile(source) as archive:
            files = archive.namelist()
    files = tuple(sorted(files, key=str.encode))
    return State(dataset, name, entry["parent"], source, entry["tree_sha256"], entry["arrays"], files)


def unreadable(directory):
    """What clients.json says that a client cannot read from a plain web server: (client, state id) -> paths; None where there is no such file."""
    file = directory / "clients.json"
    if not file.is_file():
        return None
    known = json.loads(file.read_text())["unreadable"]
    return {
        (client, state): set(arrays) for client, where in known.items() for state, arrays in where["http"].items()
    }
