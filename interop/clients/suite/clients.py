"""The clients, and how a job is given to one."""

import contextlib
import fnmatch
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading
from dataclasses import dataclass

import environments
from plain import Server

HERE = pathlib.Path(__file__).resolve().parents[1]
READERS = HERE / "readers"
LIMITS = json.loads((HERE / "limits.json").read_text())


@dataclass(frozen=True)
class Client:
    """A program that reads arrays. `listed`: its name in clients.json. `whole`: it reads large arrays in full."""

    name: str
    reader: str
    environment: str
    listed: str | None = None
    whole: bool = False

    @property
    def short(self):
        return self.name.split(" ")[0]

    def limit(self, state, path):
        """Why it cannot read an array, by limits.json; None where it must."""
        for pattern, why in LIMITS["arrays"].get(self.short, {}).items():
            if fnmatch.fnmatchcase(f"{state.id}{path}", pattern):
                return why
        return None

    def read(self, job, tally, seconds=900):
        """Does a job; gives {(store, array): answer}, and a sentence where the reader broke off."""
        if self.environment == "chromium":
            lines, broken = browse(job, tally, seconds)
        else:
            with self.command(tally) as command:
                lines, broken = run(command, job, seconds)
        answers = {(a["store"], a["array"]): a for a in lines if "array" in a}
        if broken is None and not (lines and lines[-1].get("done")):
            broken = f"it broke off after {len(answers)} arrays"
        return answers, broken

    @contextlib.contextmanager
    def command(self, tally):
        if self.environment == "node":
            with site(environments.node(tally)) as folder:
                yield ["node", str(folder / self.reader)]
        else:
            yield [environments.python(self.environment, tally), "-B", str(READERS / self.reader)]


CLIENTS = [
    Client("tensorstore", "tensorstore_http.py", "zarr-3.1", listed="tensorstore", whole=True),
    Client("zarr-3.4", "zarr3.py", "zarr-3.4", listed="zarr3", whole=True),
    Client("zarr-3.1", "zarr3.py", "zarr-3.1", listed="zarr3"),
    Client("zarr-2.18", "zarr2.py", "zarr-2.18", listed="zarr2"),
    Client("xarray consolidated", "xarray_zarr.py", "zarr-3.4", listed="xarray"),
    Client("xarray plain", "xarray_zarr.py", "zarr-3.1", listed="xarray"),
    Client("zarrita-node", "zarrita-node.mjs", "node"),
    Client("zarrita-chromium", "zarrita-browser.html", "chromium"),
    Client("gdal-3.10", "gdal_vsicurl.py", "zarr-3.1"),
    Client("gdal-3.12", "gdal_vsicurl.py", "zarr-3.4"),
    Client("fsspec-reference", "fsspec_reference.py", "zarr-3.4", listed="zarr3"),
]


def run(command, job, seconds):
    """Runs a reader; gives its answers, and a sentence where it failed."""
    # What it says may be more than a pipe holds while its job is still being written.
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as words:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out, stderr=words, text=True)
        try:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.write(json.dumps(job))
                process.stdin.close()
            code = process.wait(seconds)
            broken = f"it ended with {code}" if code else None
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            broken = f"it took more than {seconds} seconds"
        out.seek(0)
        words.seek(0)
        lines = [
            json.loads(line) for line in out.read().splitlines() if line.startswith("{") and line.endswith("}")
        ]
        return lines, broken and f"{broken}: {words.read()[-1500:].strip()}"


@contextlib.contextmanager
def site(modules):
    """A folder with the JavaScript readers beside node_modules, where imports find it."""
    with tempfile.TemporaryDirectory(prefix="varve-site-") as folder:
        folder = pathlib.Path(folder)
        (folder / "node_modules").symlink_to(modules / "node_modules")
        for file in READERS.glob("zarrita*"):
            shutil.copy(file, folder)
        imports = json.dumps({"imports": import_map(modules / "node_modules")})
        page = folder / "zarrita-browser.html"
        page.write_text(page.read_text().replace("IMPORTS", imports))
        yield folder


def import_map(modules):
    """Where a browser finds each module that zarrita imports, by the packages' own exports."""
    found = {}
    for file in sorted(modules.glob("*/package.json")) + sorted(modules.glob("@*/*/package.json")):
        package = json.loads(file.read_text())
        exports = package.get("exports") or {".": package.get("module") or package["main"]}
        for name, target in exports.items():
            while isinstance(target, dict):
                target = target.get("browser") or target.get("import") or target.get("default")
            if target and name.startswith("."):
                base = f"/node_modules/{file.parent.relative_to(modules).as_posix()}/"
                found[package["name"] + name[1:]] = base + target.removeprefix("./")
    return found


def browse(job, tally, seconds):
    """Has a page in headless Chromium do the job; the page's origin is a server of its own."""
    browser, modules = environments.chromium(tally), environments.node(tally)
    lines, done = [], threading.Event()

    class Page(http.server.SimpleHTTPRequestHandler):
        extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
            ".mjs": "text/javascript",
            ".js": "text/javascript",
        }

        def do_GET(self):
            if self.path != "/job":
                return super().do_GET()
            body = json.dumps(job).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self):
            for line in self.rfile.read(int(self.headers["Content-Length"])).decode().splitlines():
                lines.append(json.loads(line))
            self.send_response(204)
            self.end_headers()
            if lines and ("done" in lines[-1] or "array" not in lines[-1]):
                done.set()

        def log_message(self, *words):
            pass

    with site(modules) as folder, tempfile.TemporaryDirectory(prefix="varve-chromium-") as profile:
        server = Server(("127.0.0.1", 0), lambda *args: Page(*args, directory=os.fspath(folder)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = f"http://localhost:{server.server_port}/zarrita-browser.html"
        options = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            f"--user-data-dir={profile}",
        ]
        with tempfile.TemporaryFile("w+") as words:
            process = subprocess.Popen(
                [browser, *options, page], stdin=subprocess.DEVNULL, stdout=words, stderr=words
            )
            ended = done.wait(seconds)
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            server.shutdown()
            server.server_close()
            words.seek(0)
            problem = None if ended else f"the page took more than {seconds} seconds: {words.read()[-800:].strip()}"
        problem = next(
            (f"the page failed: {line['error']}" for line in lines if "array" not in line and "error" in line),
            problem,
        )
        return lines, problem
