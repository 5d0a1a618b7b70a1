"""Ask a service whether it is ready: ``python -m observability.stack.ready URL``.

docker-compose.yml's health checks of our own images, which have neither curl nor wget. Exit code
0: it answered 2xx or 3xx; 1: it did not, and the line says what happened; 2: no such URL.
"""

import sys
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

ANSWER_S = 3.0  # the challenge under load takes longer than a second


def main() -> int:
    """Returns the exit code."""
    url = urlsplit(sys.argv[1] if len(sys.argv) == 2 else "")
    if url.scheme != "http" or not url.hostname:
        sys.stderr.write("usage: python -m observability.stack.ready http://HOST:PORT/PATH\n")
        return 2
    # Not urllib: it would ask a proxy that is set for the web.
    connection = HTTPConnection(url.hostname, url.port, timeout=ANSWER_S)
    try:
        connection.request("GET", url.path or "/")
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        sys.stdout.write(f"{url.geturl()}: {error}\n")
        return 1
    sys.stdout.write(f"{url.geturl()}: {status}\n")
    return 0 if 200 <= status < 400 else 1


if __name__ == "__main__":
    sys.exit(main())
