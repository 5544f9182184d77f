"""One bit of what is stored is flipped while the server runs: every client must get an error, never fill values or other numbers."""

import contextlib
import json
import mmap
import shutil
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

import environments
import values
from clients import LIMITS
from plain import PlainServer
from raw import Raw
from varve import Serving, varve

# Per data set: the array whose largest value is damaged, and one that must stay readable.
ARRAYS = {"hadgem": ("/tas", "/lat"), "scenarios": ("/air_temperature", "/latitude"), "nemo": ("/tos", "/nav_lon")}
DOCUMENTS = {2: ".zarray", 3: "zarr.json"}


@contextlib.contextmanager
def flipped(repository, pieces):
    """Flips a bit in every place of a repository's files that holds one of the pieces, given as (bytes, offset into them); mends it at the end."""
    places = []
    for piece, offset in pieces:
        found = [(file, at + offset) for file in stored(repository) for at in occurrences(file, piece)]
        if not found:
            raise ValueError(f"{len(piece)} stored bytes are not found in {repository}")
        places += found
    for file, at in places:
        flip(file, at)
    try:
        yield len(places)
    finally:
        for file, at in places:
            flip(file, at)


def stored(repository):
    """The files of a repository that hold objects: short ones are in LMDB, long ones in packs."""
    return [repository / "data.mdb", *sorted(repository.glob("packs/*.pack"))]


def occurrences(file, piece):
    if file.stat().st_size:
        with open(file, "rb") as data, mmap.mmap(data.fileno(), 0, access=mmap.ACCESS_READ) as view:
            at = view.find(piece)
            while at >= 0:
                yield at
                at = view.find(piece, at + 1)


def flip(file, at):
    with open(file, "r+b") as data:
        data.seek(at)
        byte = data.read(1)[0]
        data.seek(at)
        data.write(bytes([byte ^ 1]))


def largest(state):
    """The key of the largest value of the array to be damaged."""
    prefix = f"{ARRAYS[state.dataset][0][1:]}/"
    sizes = state.sizes()
    return max(
        (k for k in sizes if k.startswith(prefix) and not k.rpartition("/")[2].startswith((".z", "zarr.json"))),
        key=sizes.get,
    )


def document(state):
    path = ARRAYS[state.dataset][0]
    return f"{path[1:]}/{DOCUMENTS[state.arrays[path]['zarr_format']]}"


def pieces(what, state, repository, committed):
    """What to look for in the stored file, and which byte of it to flip."""
    if what == "the names of a value":
        key = largest(state)
        entries = varve("ls", repository, committed.commit, key.rpartition("/")[0])
        yield bytes.fromhex(next(entry["hash"] for entry in entries if entry.get("key") == key)), 5
    elif what == "a document":
        value = state.read(document(state))
        yield value, value.index(b'"chunks"' if b'"chunks"' in value else b'"chunk_shape"') + 3
    else:
        value = state.read(largest(state))
        yield value, len(value) // 2


class Damage:
    """The check, on copies of repositories. `allowed(client, state, path)`: whether a client may be unable to read a sound array."""

    def __init__(self, tally, work, committed, repositories, allowed):
        self.tally, self.work, self.allowed, self.committed = tally, work, allowed, {}
        for state, done in committed.items():
            if ARRAYS.get(state.dataset, [None])[0] in state.arrays and state.dataset not in {
                s.dataset for s in self.committed
            }:
                self.committed[state] = done
                shutil.copytree(repositories / state.dataset, work / "damaged" / state.dataset)
                state.unpack(work / "whole" / state.id)

    def check(self, clients):
        # A document that was read before is answered from memory, and rightly; a value is read from disk each time.
        for what, read_before in (("a value", True), ("a document", False), ("the names of a value", False)):
            with Serving(
                [self.work / "damaged" / state.dataset for state in self.committed], self.work / "damaged.log"
            ) as serving:
                if read_before:
                    self.tally.test(
                        f"{clients[0].name} reads before {what} is damaged", self.sound(clients[0], serving.url)
                    )
                with contextlib.ExitStack() as mend:
                    for state, done in self.committed.items():
                        repository = self.work / "damaged" / state.dataset
                        mend.enter_context(
                            flipped(repository, list(pieces(what, state, repository, done)))
                        )
                    self.tally.test(
                        f"requests for damaged bytes are told so ({what})", list(self.raw(what, serving.url))
                    )
                    with ThreadPoolExecutor(2) as pool:
                        list(pool.map(lambda client: self.one(client, what, serving.url), clients))
                self.tally.test(
                    f"{clients[0].name} reads again once {what} is mended", self.sound(clients[0], serving.url)
                )

    def one(self, client, what, url):
        try:
            problems = list(self.damaged(client, what, url))
        except environments.Missing as missing:
            self.tally.test(f"{client.name} is installed", f"{missing}")
        else:
            self.tally.test(f"{client.name} gets errors where {what} is damaged", problems)

    def read(self, client, url, place):
        """What a client reads of all states; `place(state)` is the URL path of one."""
        stores = [
            values.store(client, state, "branch", f"{url}/{place(state)}", ARRAYS[state.dataset])
            for state in self.committed
        ]
        answers, broken = client.read({"stores": stores}, self.tally, 300)
        found = {
            (state, path): answers.get((f"{state.id} by branch", path), {})
            for state in self.committed
            for path in ARRAYS[state.dataset]
        }
        return found, broken

    def served(self, client, url):
        return self.read(client, url, lambda state: self.committed[state].addresses()["branch"])

    def sound(self, client, url):
        answers, _ = self.served(client, url)
        return [
            f"{state.id}{path}: {answer}"
            for (state, path), answer in answers.items()
            if answer.get("sha256") != state.arrays[path]["sha256"] and not self.allowed(client, state, path)
        ]

    def damaged(self, client, what, url):
        """Sentences about what a client read and must not have, or did not read and could have."""
        answers, broken = self.served(client, url)
        if broken:
            yield broken
        taken = []
        for (state, path), answer in answers.items():
            hurt, right = path == ARRAYS[state.dataset][0], answer.get("sha256") == state.arrays[path]["sha256"]
            if not answer:
                yield f"{state.id}{path}: no answer"
            elif "sha256" in answer and (hurt or not right):
                taken.append((state, path, answer["sha256"]))
            elif not hurt and not right and what == "a value" and not self.allowed(client, state, path):
                yield f"{state.id}{path} is not damaged: {answer['error']}"
        # Some clients take errors for absent chunks; whatever server tells them then, they fill.
        plain = self.told_by_plain_server(client, url) if taken and client.short in LIMITS["damage"] else {}
        for state, path, digest in taken:
            if plain.get((state, path), {}).get("sha256") != digest:
                yield f"{state.id}{path}: it read {'the right' if digest == state.arrays[path]['sha256'] else 'OTHER'} values without an error"
        readable = any(not self.allowed(client, state, ARRAYS[state.dataset][0]) for state in self.committed)
        if client.short in LIMITS["damage"] and what == "a value" and readable and not taken:
            yield "it gets errors, and limits.json says otherwise: take the line out"
        if plain:
            self.tally.say(
                f"known: {client.name} {LIMITS['damage'][client.short]}; from a plain server that answers 502, too"
            )

    def told_by_plain_server(self, client, url):
        """What a client reads where a plain server answers 502 for what is refused here."""
        broken = set()
        with Raw(url) as raw:
            for state, done in self.committed.items():
                for key in state.files:
                    if key.startswith(tuple(f"{path[1:]}/" for path in ARRAYS[state.dataset])):
                        status, _, _ = raw.ask(f"/{done.addresses()['branch']}/{urllib.parse.quote(key)}")
                        broken |= {f"/{state.id}/{key}"} if status // 100 == 5 else set()
        with PlainServer(self.work / "whole", broken) as plain:
            return self.read(client, plain.url, lambda state: state.id)[0]

    def raw(self, what, url):
        with Raw(url) as raw:
            for state, committed in self.committed.items():
                key = document(state) if what == "a document" else largest(state)
                for address in committed.addresses().values():
                    path = f"/{address}/{urllib.parse.quote(key)}"
                    for headers in ({}, {"Range": "bytes=0-9"}, {"Range": "bytes=-4"}):
                        status, _, body = raw.ask(path, **headers)
                        if status // 100 != 5:
                            yield f"GET {path} {headers} is {status}"
                        elif not any(len(word) == 64 for word in _strings(body)):
                            yield f"GET {path} {headers} is {status}, and names no object: {body[:200]}"


def _strings(body):
    """The strings of a JSON object."""
    with contextlib.suppress(ValueError):
        return [value for value in json.loads(body).values() if isinstance(value, str)]
    return []
