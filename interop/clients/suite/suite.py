"""The whole run: makes repositories, starts the server, and has each check do its part."""

import pathlib
import sys
import tempfile
import traceback
from concurrent.futures import ThreadPoolExecutor

import damage
import datasets
import deadline
import environments
import listings
import names
import pasted
import tear
import values
from clients import CLIENTS
from plain import PlainServer
from tally import Tally
from varve import Serving, commit_states, varve

# A run takes some minutes, three times that where everything is installed first on a busy machine.
MOST_SECONDS = 35 * 60
CHECKS = ["values", "listings", "names", "damage", "tear", "exported", "pasted"]


def main(wanted):
    known = {client.short for client in CLIENTS} | set(CHECKS)
    if set(wanted) - known:
        sys.exit(f"unknown: {' '.join(set(wanted) - known)}; known are {' '.join(sorted(known))}")
    tally = Tally()
    deadline.start(tally, MOST_SECONDS)
    with tempfile.TemporaryDirectory(prefix="varve-interop-") as work:
        try:
            Suite(tally, pathlib.Path(work), wanted).run()
        except Exception as failed:
            tally.test("the run", f"broke off: {type(failed).__name__}: {failed}")
            traceback.print_exc(file=sys.stdout)
        return tally.finish()


class Suite:
    """One run. `wanted`: names of clients and checks; without either kind, all of it."""

    def __init__(self, tally, work, wanted):
        self.tally, self.work = tally, work
        self.clients = [c for c in CLIENTS if c.short in wanted] or CLIENTS
        self.checks = [c for c in CHECKS if c in wanted] or CHECKS
        self.folder = datasets.folder()
        self.data = datasets.load(self.folder)
        self.listed = datasets.unreadable(self.folder)
        self.repositories, self.plain = work / "repositories", work / "plain"

    def run(self):
        self.tally.say(
            f"{sum(map(len, self.data.values()))} states of {len(self.data)} data sets from {self.folder}"
        )
        varve("init", self.work / "first")
        self.tally.say("varve is built")
        self.repositories.mkdir()
        committed = {}
        with ThreadPoolExecutor(2) as pool:
            for part in pool.map(lambda states: commit_states(self.repositories, states), self.data.values()):
                committed |= part
        for state in committed:
            state.unpack(self.plain / state.id)
        self.tally.say(f"{len(committed)} commits in {len(self.data)} repositories")
        truth = self.truth_of_pieces()
        hurt = damage.Damage(
            self.tally,
            self.work,
            committed,
            self.repositories,
            values.Values(self.tally, {}, "", {}, self.listed).allowed,
        )
        lanes = [
            {"values": lambda: self.served(committed, truth), "listings": lambda: self.listed_keys(committed)},
            {
                "names": lambda: self.names(committed),
                "damage": lambda: hurt.check(self.clients),
                "tear": lambda: tear.check(self.tally, self.work),
                "exported": lambda: self.exported(committed, truth),
                "pasted": lambda: self.pasted(committed),
            },
        ]
        # The machine waits for no single client: what takes longest runs beside all else.
        with ThreadPoolExecutor(len(lanes)) as pool:
            list(
                pool.map(
                    lambda lane: [self.counted(name, lane[name]) for name in lane if name in self.checks], lanes
                )
            )

    def served(self, committed, truth):
        with self.serving("values") as serving, PlainServer(self.plain) as plain:
            places = self.places(serving, committed)
            for state, done in committed.items():
                if not state.consolidated and not any(map(state.rows, state.arrays)):
                    places[state]["view"] = f"{places[state]['commit']}+consolidated"
            self.each(values.Values(self.tally, places, plain.url, truth, self.listed), self.clients)
            code = serving.stop()
            self.tally.test("varve serve ends at SIGTERM", [] if code in (0, 143) else f"with {code}")

    def listed_keys(self, committed):
        with self.serving("listings") as serving:
            places = self.places(serving, committed)
            self.counted("fsspec-http", lambda: listings.check_trees(self.tally, places))
            listings.check_n5(self.tally, places)

    def pasted(self, committed):
        with self.serving("pasted") as serving:
            pasted.check(self.tally, serving, committed)

    def serving(self, name):
        return Serving(sorted(self.repositories.iterdir()), self.work / f"{name}.log")

    @staticmethod
    def places(serving, committed):
        return {
            state: {by: f"{serving.url}/{path}" for by, path in done.addresses().items()}
            for state, done in committed.items()
        }

    def names(self, committed):
        state = next(s for s in committed if s.dataset == "scenarios")
        clients = [client for client in self.clients if not client.limit(state, "/latitude")]
        names.check(
            self.tally,
            self.work,
            (state, "/latitude"),
            clients,
            lambda check, clients: self.each(check, clients, " under odd names"),
        )

    def exported(self, committed, truth):
        """The newest state of each data set, exported, is read as a directory."""
        places = {}
        for states in self.data.values():
            state = states[-1]
            target = self.work / "exported" / state.dataset
            varve("export", self.repositories / state.dataset, committed[state].commit, target)
            places[state] = {"commit": str(target)}
        clients = [c for c in self.clients if c.reader in ("zarr3.py", "zarr2.py", "xarray_zarr.py")]
        self.each(
            values.Values(self.tally, places, str(self.plain), truth, self.listed), clients, " from an export"
        )

    def each(self, check, clients, what=""):
        """Has clients do a check, two at a time."""
        with ThreadPoolExecutor(2) as pool:
            counts = pool.map(
                lambda client: self.counted(client.name + what, lambda: check.check(client, what)), clients
            )
            self.tally.say(f"{sum(filter(None, counts))} arrays equal{what or ' in all'}")

    def counted(self, name, work):
        try:
            return work()
        except environments.Missing as missing:
            self.tally.test(f"{name} can be tried", f"{missing}")
        except Exception as failed:
            self.tally.test(name, f"broke off: {type(failed).__name__}: {failed}")
            traceback.print_exc(file=sys.stdout)
        return None

    def truth_of_pieces(self):
        """Digests of the rows that are read of large arrays: by zarr-python from plain files, which must give the digest of all first."""
        large = [
            (state, path)
            for states in self.data.values()
            for state in states
            for path in state.arrays
            if state.rows(path)
        ]
        stores = [
            {
                "id": f"{state.id} {what}",
                "url": str(self.plain / state.id),
                "consolidated": False,
                "arrays": [values.array_entry(state, path, rows)],
            }
            for state, path in large
            for what, rows in (("all", None), ("rows", state.rows(path)))
        ]
        reader = next(client for client in CLIENTS if client.name == "zarr-3.1")
        answers, broken = reader.read({"stores": stores}, self.tally)
        problems = [broken] if broken else []
        problems += [
            f"{state.id}{path}"
            for state, path in large
            if answers[f"{state.id} all", path].get("sha256") != state.arrays[path]["sha256"]
        ]
        self.tally.test("zarr-python reads large arrays from plain files", problems)
        return {(state.id, path): answers[f"{state.id} rows", path].get("sha256") for state, path in large}
