"""Names with spaces, '%', '?', '#', '+', quotes and letters beyond ASCII: percent-decoded once, in keys, repositories and branches."""

import base64
import dataclasses
import html
import json
import urllib.parse

from listings import ROW
from plain import PlainServer
from raw import Raw
from values import Values
from varve import Serving, varve

NAMES = ["plain", "two words", "100%", "50%25", "%41", "%2e%2E", "what?", "a#b", "a+b&c=d;e", 'it\'s "q" <b>']
NAMES += ["größe µ", "北極 🧊", "~tilde@here", "c:colon"]
# A path as sent, and its answer: encoding undone where there is none, twice, or broken.
PATHS = [
    ("what?", 404),
    ("what?/x", 404),
    ("%41", 404),
    ("100%25%32%35", 404),
    ("a%20b", 404),
    ("a+b%26c%3Dd%3Be", 200),
]
PATHS += [("%zz", 400), ("%", 400), ("%ff", 400)]
REPOSITORY = "see größe 100% #1"
BRANCH = "feature/北極+1"


def encode(text):
    return urllib.parse.quote(text, safe="")


def check(tally, work, latitude, clients, run):
    """`latitude`: a state and the path of a small array of format 3, which is stored under each name."""
    state, path = latitude
    store = work / "names" / "given"
    store.mkdir(parents=True)
    node = json.loads(state.read(f"{path[1:]}/zarr.json"))
    consolidated = {"kind": "inline", "must_understand": False, "metadata": dict.fromkeys(NAMES, node)}
    group = {"zarr_format": 3, "node_type": "group", "attributes": {}, "consolidated_metadata": consolidated}
    (store / "zarr.json").write_text(json.dumps(group))
    files = ["zarr.json"]
    for name in NAMES:
        for key in state.files:
            if key.startswith(f"{path[1:]}/"):
                files.append(name + key[len(path) - 1 :])
                (store / files[-1]).parent.mkdir(parents=True, exist_ok=True)
                (store / files[-1]).write_bytes(state.read(key))
    repository = work / REPOSITORY
    varve("init", repository)
    varve("import", store, repository, "-b", BRANCH, "-m", "names")
    (done,) = varve("apply", repository, "-b", BRANCH, stdin="".join(json.dumps(line) + "\n" for line in _edits()))
    arrays = {f"/{name}": state.arrays[path] for name in NAMES}
    given = dataclasses.replace(
        state, dataset="names", name="given", source=store, files=tuple(files), arrays=arrays
    )
    with Serving([repository], work / "names.log") as serving:
        with Raw(serving.url) as raw:
            tally.test("names are decoded once", list(_raw(raw, done["commit"])))
        root = f"{serving.url}/{encode(REPOSITORY)}/@"
        places = {given: {"commit": root + done["commit"], "branch": root + encode(BRANCH)}}
        with PlainServer(work) as plain:
            run(_Names(tally, places, plain.url, {}, None), clients)


class _Names(Values):
    """Each client builds its own URLs, and what it makes of a name is its own affair: the plain server tells what it can read."""

    def allowed(self, client, state, path):
        return path != "/plain"


def _edits():
    for name in NAMES:
        yield {"put": f"files/{name}", "base64": base64.b64encode(name.encode()).decode()}
    yield {"commit": "files"}


def _raw(raw, commit):
    for revision in (commit, encode(BRANCH), f"{encode(BRANCH)}~0"):
        root = f"/{encode(REPOSITORY)}/@{revision}/files/"
        for name in NAMES:
            status, _, body = raw.ask(root + encode(name))
            if (status, body) != (200, name.encode()):
                yield f"GET {root}{encode(name)} is {status}, {body[:60]}"
            twice = encode(encode(name))
            status, _, body = raw.ask(root + twice)
            if encode(name) != name and encode(name) not in NAMES and status != 404:
                yield f"GET {root}{twice} is {status}, {body[:60]}: decoded twice"
        status, _, body = raw.ask(root)
        rows = {html.unescape(text): html.unescape(link) for link, text in ROW.findall(body.decode())}
        if set(rows) != {*NAMES, "../"}:
            yield f"GET {root} lists {sorted(rows)}"
        for name, link in rows.items():
            target = urllib.parse.urlsplit(urllib.parse.urljoin(f"http://x{root}", link))
            status, _, body = raw.ask(target.path)
            if name != "../" and (status, body, target.query + target.fragment) != (200, name.encode(), ""):
                yield f"the link {link} of {root} is {status}, {body[:60]}"
        for path, wanted in PATHS:
            status, _, body = raw.ask(root + path)
            if status != wanted:
                yield f"GET {root}{path} is {status}, not {wanted}: {body[:60]}"
    status, _, _ = raw.ask(f"/{encode(encode(REPOSITORY))}/@{commit}/files/plain")
    if status != 404:
        yield f"the repository's name is decoded twice: {status}"
