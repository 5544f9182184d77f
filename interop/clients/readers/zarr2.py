"""zarr-python 2 over fsspec's HTTP file system."""

import zarr
from zarr.storage import FSStore

import reading


def open_store(store):
    where = FSStore(store["url"], mode="r")
    group = zarr.open_consolidated(where, mode="r") if store["consolidated"] else zarr.open_group(where, mode="r")
    return lambda entry: group[entry["path"][1:]]


if __name__ == "__main__":
    reading.serve(open_store, workers=2)
