"""zarr-python 3 over fsspec's reference file system, whose references are URLs of single keys, whole or by range."""

import warnings

import fsspec
import zarr

import reading


def open_store(store):
    files = fsspec.filesystem(
        "reference",
        fo=store["references"],
        remote_protocol="http",
        asynchronous=True,
        remote_options={"asynchronous": True},
    )
    group = zarr.open_group(
        zarr.storage.FsspecStore(files, read_only=True, path=""), mode="r", use_consolidated=False
    )
    return lambda entry: group[entry["path"][1:]]


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    reading.serve(open_store)
