"""One signed request, for what no command of Varve does: making buckets."""

import datetime
import hashlib
import hmac
import urllib.parse
import urllib.request


def ask(server, method, path, body=b""):
    """Sends a request without a query, signed as AWS asks for; gives the body of the answer."""
    now = datetime.datetime.now(datetime.timezone.utc)
    stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    content = hashlib.sha256(body).hexdigest()
    headers = {
        "host": urllib.parse.urlsplit(server.endpoint).netloc,
        "x-amz-content-sha256": content,
        "x-amz-date": stamp,
    }
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    request = "\n".join([method, urllib.parse.quote(path), "", lines, names, content])
    scope = f"{day}/us-east-1/s3/aws4_request"
    signed = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(request.encode()).hexdigest()])
    key = f"AWS4{server.secret}".encode()
    for part in (day, "us-east-1", "s3", "aws4_request", signed):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={server.access}/{scope}, SignedHeaders={names}, Signature={key.hex()}"
    )
    with urllib.request.urlopen(
        urllib.request.Request(server.endpoint + path, data=body or None, headers=headers, method=method), timeout=60
    ) as answer:
        return answer.read()
