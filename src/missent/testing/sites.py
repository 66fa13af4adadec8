"""HTTPS sites of any names on the loopback, reached as a proxy reaches them.

Who is told of the proxy (`HTTPS_PROXY`) and of the certificate (`SSL_CERT_FILE`, `--cafile`) speaks
real TLS with `example.org` or `rdap.example`, and leaves the machine nowhere.
"""

from __future__ import annotations

import http.server
import ssl
import threading
from typing import TYPE_CHECKING, Any

from missent.testing.tls import certificate

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from typing import Self


class Sites:
    """The sites, from `with` to its end.

    Args:
        folder: where the certificate is put.
        hosts: names of the sites.

    Attributes:
        pages: status and content by host and path, `example.org/security.txt`; the content of a
            redirect is its target. What is not there is answered 404.
        trust: the file with the certificate.
    """

    def __init__(self, folder: Path, hosts: Iterable[str]) -> None:
        self.pages: dict[str, tuple[int, bytes]] = {}
        self.trust = certificate(folder, "ec", hosts)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.trust)
        own = type("Handler", (_Handler,), {"pages": self.pages, "context": context})
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), own)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def environment(self) -> dict[str, str]:
        """What a program must be told."""
        return {
            "HTTPS_PROXY": f"http://127.0.0.1:{self._server.server_port}",
            "NO_PROXY": "",
            "SSL_CERT_FILE": str(self.trust),
        }

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    pages: dict[str, tuple[int, bytes]]
    context: ssl.SSLContext
    protocol_version = "HTTP/1.1"
    _host = ""

    def do_CONNECT(self) -> None:
        """Be the proxy, and then the site behind it."""
        self._host = self.path.partition(":")[0]
        self.send_response(200)
        self.end_headers()
        try:
            self.connection = self.context.wrap_socket(self.connection, server_side=True)
        except OSError:  # the client does not trust us
            self.close_connection = True
            return
        self.rfile.close()
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", 0)

    def do_GET(self) -> None:
        """Answer with a page."""
        code, content = self.pages.get(self._host + self.path, (404, b""))
        self.send_response(code)
        if code in {301, 302}:
            self.send_header("location", content.decode())
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def finish(self) -> None:
        """Close the socket that TLS was put around, too."""
        super().finish()
        self.connection.close()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
