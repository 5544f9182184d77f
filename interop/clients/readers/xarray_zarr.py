"""xarray with its zarr engine: each group a dataset, values as stored (nothing decoded by CF rules)."""

import warnings

import xarray

import reading


class Variable:
    """A variable of a dataset; numpy sees its values only."""

    def __init__(self, variable):
        self.variable, self.shape = variable, variable.shape

    def __getitem__(self, part):
        return self.variable[part].values


def open_store(store):
    groups = {}

    def open_array(entry):
        group, _, name = entry["path"].rpartition("/")
        if group not in groups:
            groups[group] = xarray.open_dataset(
                store["url"],
                engine="zarr",
                group=group or None,
                consolidated=store["consolidated"],
                decode_cf=False,
                cache=False,
            )
        return Variable(groups[group].variables[name])

    return open_array


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    reading.serve(open_store, workers=2)
