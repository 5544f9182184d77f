"""zarr-python 3 over fsspec's HTTP file system; by a local folder where the URL is a path."""

import warnings

import zarr

import reading


def open_store(store):
    where = store["url"]
    if where.startswith("http"):
        where = zarr.storage.FsspecStore.from_url(where, read_only=True)
    group = zarr.open_group(where, mode="r", use_consolidated=store["consolidated"] or False)
    return lambda entry: group[entry["path"][1:]]


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    zarr.config.set({"async.concurrency": 16})
    reading.serve(open_store, workers=2)
