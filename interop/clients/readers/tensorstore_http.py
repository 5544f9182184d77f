"""TensorStore's zarr and zarr3 drivers over its HTTP key-value store."""

import numpy
import tensorstore

import reading

CONTEXT = tensorstore.Context(
    {"http_request_concurrency": {"limit": 32}, "http_request_retries": {"max_retries": 1}}
)


class Array:
    def __init__(self, store):
        self.store, self.shape = store, store.shape

    def __getitem__(self, part):
        return self.store[part].read().result() if self.shape else numpy.asarray(self.store.read().result())


def open_store(store):
    def open_array(entry):
        spec = {
            "driver": "zarr" if entry["zarr_format"] == 2 else "zarr3",
            "kvstore": {"driver": "http", "base_url": store["url"], "path": f"{entry['path'][1:]}/"},
        }
        return Array(tensorstore.open(spec, read=True, context=CONTEXT).result())

    return open_array


if __name__ == "__main__":
    reading.serve(open_store, workers=4)
