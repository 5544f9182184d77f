"""Single requests, their paths sent exactly as they are given."""

import http.client
import urllib.parse


class Raw:
    """One kept connection to a server."""

    def __init__(self, url):
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=60)

    def ask(self, path, method="GET", **headers):
        """Gives status, headers and body. In names of headers '_' stands for '-'."""
        send = {name.replace("_", "-"): value for name, value in headers.items()}
        for attempt in (1, 2):
            try:
                self.connection.request(method, path, headers=send)
                answer = self.connection.getresponse()
                return answer.status, answer.headers, answer.read()
            except http.client.RemoteDisconnected:
                # A server may end a kept connection after any answer; only a new one that it ends is a failure.
                self.connection.close()
                if attempt == 2:
                    raise

    def close(self):
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.close()
