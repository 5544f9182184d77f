"""What the pages offer to paste into zarr-python, TensorStore and zarrita does what it says, pasted as it is."""

import html
import re
import subprocess
import tempfile
import urllib.parse

import environments
from clients import READERS, site
from raw import Raw

# A data set of each format. The page of an array is that of the one with the most dimensions in its newest state.
DATASETS = ("hadgem", "scenarios")
OFFER = re.compile(r"<summary>([^<]*)</summary>\s*<pre class=\"paste\">([^<]*)</pre>")
PLAIN = re.compile(r"<pre class=\"paste\">([^<]*)</pre>")

# Behind what was pasted: print what it led to.
SHOW = {
    ("store", "zarr-python"): "import reading; print(reading.digest(group['ARRAY']))",
    ("array", "zarr-python"): "import reading; print(reading.digest(array))",
    ("array", "TensorStore"): "import reading, numpy; print(reading.digest(array.read().result()))",
    ("store", "zarrita (JavaScript)"): "show(await zarr.open(root.resolve('ARRAY'), { kind: 'array' }));",
    ("array", "zarrita (JavaScript)"): "show(array);",
}
SCRIPT = """import { createHash } from "node:crypto";
async function show(array) {
  const { data } = await zarr.get(array);
  console.log(createHash("sha256").update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)).digest("hex"));
}
"""


def check(tally, serving, committed):
    for dataset in DATASETS:
        states = [state for state in committed if state.dataset == dataset and committed[state].branch == "main"]
        state = min(states, key=lambda one: committed[one].behind)
        path = max(sorted(state.arrays), key=lambda name: len(state.arrays[name]["shape"]))
        pages = {"store": f"/{dataset}/", "array": f"/{dataset}/browse/main{path}"}
        with Raw(serving.url) as raw:
            for page, url in pages.items():
                status, _, body = raw.ask(url, Accept="text/html")
                offers = {html.unescape(name): html.unescape(text) for name, text in OFFER.findall(body.decode())}
                for (where, name), show in SHOW.items():
                    if where == page:
                        problem = (
                            paste(name, offers[name], show.replace("ARRAY", path[1:]), state, path, tally)
                            if name in offers
                            else f"{url} ({status}) offers only {sorted(offers)}"
                        )
                        tally.test(f"what {url} offers for {name} works", problem or [])
            tally.test(f"what {pages['array']} offers for Neuroglancer is there", neuroglancer(raw, offers, state, path))
            store = html.unescape(PLAIN.findall(raw.ask(pages["store"], Accept="text/html")[2].decode())[0])
            tally.test(
                f"the URL on {pages['store']} is a store",
                [] if raw.ask(f"{urllib.parse.urlsplit(store).path}{path[1:]}/")[0] == 200 else store,
            )


def paste(name, text, show, state, path, tally):
    """Runs what was pasted and a line that shows what it led to; gives what is wrong, or None."""
    wanted = state.arrays[path]["sha256"]
    if "zarrita" in name:
        with site(environments.node(tally)) as folder:
            script = folder / "pasted.mjs"
            script.write_text(SCRIPT + text + "\n" + show + "\n")
            found, problem = ran(["node", str(script)], None)
    else:
        # Reading as any reader of this suite does, so that digests compare.
        environment = "zarr-3.1" if name == "TensorStore" else "zarr-3.4"
        with tempfile.NamedTemporaryFile("w", suffix=".py") as script:
            script.write(f"import sys; sys.path.insert(0, {str(READERS)!r})\n{text}\n{show}\n")
            script.flush()
            found, problem = ran([environments.python(environment, tally), "-B", script.name], READERS)
    return problem or (None if found == wanted else f"{found}, not {wanted}")


def ran(command, folder):
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=folder)
    lines = done.stdout.strip().splitlines()
    return (lines[-1] if lines else ""), (done.stderr.strip()[-600:] or "it failed" if done.returncode else None)


def neuroglancer(raw, offers, state, path):
    url, _, scheme = offers.get("Neuroglancer", "").partition("|")
    version = state.arrays[path]["zarr_format"]
    if scheme != f"zarr{version}:":
        return f"{offers.get('Neuroglancer')} names no zarr{version}:"
    document = urllib.parse.urlsplit(url).path + {2: ".zarray", 3: "zarr.json"}[version]
    status, headers, _ = raw.ask(document, Origin="https://example.org")
    return [] if (status, headers["Access-Control-Allow-Origin"]) == (200, "*") else f"{document} is {status}"
