"""Serves HTTP, and answers one path, BAD_PATH, as BAD_ANSWER says; all others as a chat server."""

import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

GOOD = json.dumps({"status": "ok", "server": "impostor", "token": "t", "roomId": "r"}).encode()
# By name: the status, the headers, and the body or the pieces that it is made of for ever.
ANSWERS: dict[str, tuple[int, dict[str, str], bytes]] = {
    "good": (200, {}, GOOD),
    "nothing": (200, {}, b""),
    "page": (200, {}, b"<html>Welcome to my printer</html>"),
    "list": (200, {}, b"[1, 2]"),
    "teapot": (418, {}, b"short and stout"),
    "redirect": (302, {"Location": "/elsewhere"}, b""),
    "endless": (200, {}, b"x" * 100_000),
    "trickle": (200, {}, b"x"),
}
PAUSE_S = {"endless": 0.0, "trickle": 0.05}


class Impostor(BaseHTTPRequestHandler):
    """Answers each request, without reading it further than needed."""

    def do_GET(self) -> None:
        """As told for this path."""
        path = self.path == os.environ.get("BAD_PATH")
        name = os.environ["BAD_ANSWER"] if path else "good"
        status, headers, body = ANSWERS[name]
        self.send_response(status)
        for header, value in headers.items():
            self.send_header(header, value)
        self.end_headers()
        self.wfile.write(body)
        while name in PAUSE_S:
            time.sleep(PAUSE_S[name])
            self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


server = ThreadingHTTPServer(("127.0.0.1", 0), Impostor)
sys.stdout.write(f"impostor serves at http://127.0.0.1:{server.server_port}\n")
sys.stdout.flush()
server.serve_forever()
