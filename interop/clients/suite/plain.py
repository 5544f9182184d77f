"""A plain web server over a directory, with ranges and listings: what any server would do, the control."""

import http.server
import io
import os
import pathlib
import re
import threading
import urllib.parse

RANGE = re.compile(r"bytes=(\d*)-(\d*)$")


class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # With Nagle's algorithm each answer, two small writes, waits for the client's delayed ACK.
    disable_nagle_algorithm = True
    # Paths (decoded) that are answered with 502, as damage would be.
    broken = frozenset()

    def send_head(self):
        path = pathlib.Path(self.translate_path(self.path))
        if re.search(r"%(?![0-9A-Fa-f]{2})", self.path):
            return self.refuse(400)
        if urllib.parse.unquote(self.path) in self.broken:
            self.send_error(502, "damaged")
            return None
        if not path.is_file() or self.path.endswith("/"):
            return super().send_head() if path.is_dir() else self.refuse()
        length = path.stat().st_size
        first, beyond, status = 0, length, 200
        wanted = RANGE.match(self.headers.get("Range", ""))
        if wanted and any(wanted.groups()):
            start, end = wanted.groups()
            first = int(start) if start else max(0, length - int(end))
            beyond = min(length, int(end) + 1) if start and end else length
            status = 206
            if first >= beyond:
                return self.refuse(416)
        with open(path, "rb") as file:
            file.seek(first)
            body = file.read(beyond - first)
        self.send_response(status)
        self.send_header(
            "Content-Type", "application/json" if path.suffix == ".json" else "application/octet-stream"
        )
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Accept-Ranges", "bytes")
        if status == 206:
            self.send_header("Content-Range", f"bytes {first}-{beyond - 1}/{length}")
        self.end_headers()
        return io.BytesIO(body)

    def refuse(self, status=404):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def end_headers(self):
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Expose-Headers", "*")
        super().end_headers()

    def do_OPTIONS(self):
        self.send_response(204)
        self.send_header("Access-Control-Allow-Headers", "range")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class PlainServer:
    """Serves a directory on a free port until it is closed."""

    def __init__(self, directory, broken=()):
        bound = type("Bound", (Handler,), {"broken": frozenset(broken)})
        self.server = Server(("127.0.0.1", 0), lambda *args: bound(*args, directory=os.fspath(directory)))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.server.shutdown()
        self.server.server_close()
