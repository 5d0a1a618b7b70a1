"""Gets ready as a chat server does, and does not care for SIGTERM."""

import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Ready(BaseHTTPRequestHandler):
    """Says that it is ready, whatever it is asked."""

    def do_GET(self) -> None:
        """The answer of a chat server to /ready."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"status": "ok", "server": "stubborn"}')


signal.signal(signal.SIGTERM, signal.SIG_IGN)
server = ThreadingHTTPServer(("127.0.0.1", 0), Ready)
sys.stdout.write(f"stubborn serves at http://127.0.0.1:{server.server_port}\n")
sys.stdout.flush()
server.serve_forever()
