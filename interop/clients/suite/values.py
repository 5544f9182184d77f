"""Every client reads every array of every state from `varve serve`, by commit and by branch; the digests must be those of the data.

What a client cannot read is in clients.json of the data (or limits.json, for other clients and where there is no such file),
and it must fail on a plain web server of the same files as well: an error there too, or the very same wrong values.
"""

import urllib.parse


def array_entry(state, path, rows):
    array = state.arrays[path]
    return {
        "path": path,
        "shape": array["shape"],
        "dtype": array["dtype"],
        "zarr_format": array["zarr_format"],
        "rows": rows,
    }


def consolidated(client, state, address):
    """Whether consolidated metadata is asked for: by commit where it is stored, by "view" where the server makes it; "xarray plain" never does."""
    return (address == "view" or (address == "commit" and state.consolidated)) and not client.name.endswith(
        " plain"
    )


def store(client, state, address, url, paths=None):
    """A job's store: all arrays of a state, or some."""
    entries = []
    for path in state.arrays if paths is None else paths:
        # Reading 2 GB once in full is enough; by the other address the rows around stored chunks are read.
        whole = client.whole and address == "commit"
        entries.append(array_entry(state, path, None if whole else state.rows(path)))
    entry = {
        "id": f"{state.id} by {address}",
        "url": url,
        "consolidated": consolidated(client, state, address),
        "arrays": entries,
    }
    if client.name == "fsspec-reference":
        entry["references"] = references(state, url)
    return entry


def references(state, url):
    """A reference for every key: documents as whole URLs, all else by range."""
    documents = {"zarr.json", ".zarray", ".zattrs", ".zgroup", ".zmetadata"}
    refs = {}
    for key, size in state.sizes().items():
        whole = f"{url}/{urllib.parse.quote(key)}"
        refs[key] = [whole] if key.rpartition("/")[2] in documents else [whole, 0, size]
    return {"version": 1, "refs": refs}


class Values:
    """The check. `places`: for each state the URL of its store by each address; `plain`: the URL of all states as plain files;
    `truth`: the digests of pieces of large arrays; `listed`: clients.json."""

    def __init__(self, tally, places, plain, truth, listed):
        self.tally, self.places, self.plain, self.truth, self.listed = tally, places, plain, truth, listed

    def allowed(self, client, state, path):
        """Whether the client may be unable to read the array."""
        if client.listed is None or self.listed is None:
            return client.limit(state, path) is not None
        return bool(self.listed.get((client.listed, state.id), set()) & {path, "store"})

    def expected(self, state, entry):
        return self.truth[state.id, entry["path"]] if entry["rows"] else state.arrays[entry["path"]]["sha256"]

    def check(self, client, what=""):
        """Reads all with one client and counts a test for each state; gives how many arrays were right."""
        where, stores = {}, []
        for state, urls in self.places.items():
            for address, url in urls.items():
                stores.append(store(client, state, address, url))
                where[stores[-1]["id"]] = (state, address)
        answers, broken = client.read({"stores": stores}, self.tally)
        if broken:
            self.tally.test(f"{client.name} runs to its end{what}", broken)
        problems = {state: [] for state in self.places}
        right, excused, could = 0, [], set()
        for one in stores:
            state, address = where[one["id"]]
            for entry in one["arrays"]:
                answer = answers.get((one["id"], entry["path"]), {"error": "no answer"})
                if answer.get("sha256") == self.expected(state, entry):
                    right += 1
                    could |= {client.limit(state, entry["path"])} - {None}
                elif self.allowed(client, state, entry["path"]):
                    excused.append((state, address, entry["path"], answer))
                else:
                    problems[state].append(f"{one['url']}{entry['path']}: {answer.get('error', 'other values')}")
        for state, address, path, problem in self.controls(client, excused):
            problems[state].append(f"by {address}, {path}: {problem}")
        for state in self.places:
            self.tally.test(f"{client.name} reads {state.id}{what}", problems[state])
        for why in sorted(could - {client.limit(state, path) for state, _, path, _ in excused}):
            self.tally.say(f"{client.name}{what}: reads what limits.json excuses: {why}")
        wrong = sum(map(len, problems.values()))
        self.tally.say(
            f"{client.name}{what}: {right} arrays equal, {len(excused)} beyond this client, from plain files too; {wrong} wrong"
        )
        return right

    def controls(self, client, excused):
        """What a client may be unable to read, from plain files; gives where it fares otherwise there."""
        wanted = {}
        for state, address, path, _ in excused:
            wanted.setdefault((state, address), []).append(path)
        stores = [
            store(client, state, address, f"{self.plain}/{state.id}", paths)
            for (state, address), paths in wanted.items()
        ]
        answers, _ = client.read({"stores": stores}, self.tally) if stores else ({}, None)
        for state, address, path, answer in excused:
            plain = answers.get((f"{state.id} by {address}", path), {"error": "no answer"})
            if plain.get("sha256") != answer.get("sha256"):
                yield state, address, path, f"{answer.get('error', 'other values')}; but from plain files {plain.get('error', 'it reads')}"
