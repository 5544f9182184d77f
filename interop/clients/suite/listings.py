"""What is read without a Zarr client: every key through fsspec's listings, and the rules of N5 (HttpKeyValueAccess) as raw requests."""

import html
import random
import re
import urllib.parse

from clients import Client
from raw import Raw

FSSPEC = Client("fsspec-http", "fsspec_http.py", "zarr-3.4")
ROW = re.compile(r'<a [^>]*?href="([^"]*)"[^>]*>([^<]*)</a>')
DIRECTORIES, VALUES = 40, 40


def check_trees(tally, places):
    """fsspec finds and reads every key; the digest of the tree must be that of the data."""
    stores = [
        {
            "id": f"{state.id} by {address}",
            "url": url,
            "arrays": [{"path": "keys", "shape": [len(state.files)], "rows": None}],
        }
        for state, urls in places.items()
        for address, url in urls.items()
    ]
    answers, broken = FSSPEC.read({"stores": stores}, tally)
    if broken:
        tally.test("fsspec-http runs to its end", broken)
    for state, urls in places.items():
        problems = []
        for address, url in urls.items():
            answer = answers.get((f"{state.id} by {address}", "keys"), {"error": "no answer"})
            if answer.get("sha256") != state.tree_sha256:
                problems.append(f"{url}: {answer.get('error', 'other keys or bytes')}")
        tally.test(f"fsspec-http lists and reads {state.id}", problems)
    tally.say(f"fsspec-http: {len(answers)} trees, {sum(len(s.files) * len(u) for s, u in places.items())} keys")


def check_n5(tally, places, seed=5):
    """N5 asks HEAD for existence, parses listings by link text, and uses ranges only where they are announced."""
    chance = random.Random(seed)
    for state, urls in places.items():
        url = urllib.parse.urlsplit(urls["commit"])
        with Raw(urls["commit"]) as raw:
            problems = list(_n5(raw, state, url.path, chance))
        tally.test(f"N5's rules hold for {state.id}", problems)


def _n5(raw, state, root, chance):
    children = {"": set()}
    for key in state.files:
        parts = key.split("/")
        for depth in range(len(parts)):
            directory = "".join(f"{part}/" for part in parts[:depth])
            children.setdefault(directory, set()).add(parts[depth] + ("/" if depth < len(parts) - 1 else ""))
    directories = [""] + chance.sample(sorted(children)[1:], min(DIRECTORIES, len(children) - 1))

    def quoted(key):
        return f"{root}/{urllib.parse.quote(key)}"

    def ask(path, method="GET", **headers):
        status, found, body = raw.ask(path, method, **headers)
        if any(name.lower().startswith("x-amz-") for name in found):
            yield f"{method} {path} has an x-amz header, so N5 takes this for S3"
        if re.match(rb"\s*<(\?xml|Error|ListBucketResult|ListAllMyBucketsResult)", body):
            yield f"{method} {path} answers in XML, so N5 takes this for S3"
        return status, found, body

    status, _, _ = yield from ask(f"{root}/?max-keys=1")
    if status != 200:
        yield f"GET {root}/?max-keys=1 is {status}"
    for directory in directories:
        path = quoted(directory)
        status, _, _ = yield from ask(path, "HEAD")
        if status // 100 != 2:
            yield f"HEAD {path} is {status}; isDirectory wants 2xx"
        status, _, body = yield from ask(path)
        rows = [(link, html.unescape(text)) for link, text in ROW.findall(body.decode())]
        texts = [text for _, text in rows]
        if "../" not in texts or len(texts) < 2:
            yield f"GET {path} has no ../ row; N5 takes one row alone for no listing"
        if sorted(texts) != sorted(children[directory] | {"../"}):
            yield f"GET {path} lists {sorted(texts)[:9]}, not {sorted(children[directory])[:9]}"
        if [link for link, text in rows if text != "../" and urllib.parse.unquote(link) != text]:
            yield f"GET {path} has links that are not their names"
    for key in chance.sample(state.files, min(VALUES, len(state.files))):
        path, value = quoted(key), state.read(key)
        status, headers, _ = yield from ask(path, "HEAD")
        if (status, headers["Content-Length"], headers["Accept-Ranges"]) != (200, str(len(value)), "bytes"):
            yield f"HEAD {path} is {status}, {headers['Content-Length']} bytes, ranges {headers['Accept-Ranges']}"
        status, _, body = yield from ask(path)
        if (status, body) != (200, value):
            yield f"GET {path} is {status} with other bytes"
        first = chance.randrange(len(value))
        last = chance.randrange(first, len(value))
        for wanted, part in (
            (f"{first}-{last}", value[first : last + 1]),
            (f"{first}-", value[first:]),
            (f"-{last + 1}", value[-last - 1 :]),
        ):
            status, headers, body = yield from ask(path, Range=f"bytes={wanted}")
            if (status, body) != (206, part) or not headers["Content-Range"].endswith(f"/{len(value)}"):
                yield f"GET {path} of bytes={wanted} is {status} with {len(body)} bytes, {headers['Content-Range']}"
        status, _, _ = yield from ask(f"{path}.absent", "HEAD")
        if status != 404:
            yield f"HEAD {path}.absent is {status}"
    status, _, _ = yield from ask(f"{root}/absent/", "HEAD")
    if status != 404:
        yield f"HEAD {root}/absent/ is {status}; isDirectory wants 404"
