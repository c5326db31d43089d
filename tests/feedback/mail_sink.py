"""A mail server for tests: takes what comes, with a login and STARTTLS where asked."""

from __future__ import annotations

import base64
import contextlib
import socketserver
import ssl
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType


@dataclass
class Mail:
    sender: str
    to: list[str]
    data: bytes
    login: tuple[str, str] | None
    secure: bool


class MailSink:
    """`tls`: a folder for a certificate of localhost's own; `refuse`: a recipient that is not taken."""

    def __init__(self, *, login: tuple[str, str] | None = None, tls: Path | None = None, refuse: str = "") -> None:
        self.mails: list[Mail] = []
        self.lines: list[str] = []
        self.login, self.refuse = login, refuse
        self.context = None if tls is None else _context(tls)
        sink = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                talk = _Talk(sink, self)
                with contextlib.suppress(OSError, EOFError):
                    talk.run()
                talk.file.close()
                talk.socket.close()

        self._server = socketserver.TCPServer(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> MailSink:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Talk:
    def __init__(self, sink: MailSink, handler: socketserver.StreamRequestHandler) -> None:
        self.sink, self.socket = sink, handler.request
        self.file = self.socket.makefile("rwb", buffering=0)
        self.login: tuple[str, str] | None = None
        self.secure = False
        self.sender, self.to = "", list[str]()

    def run(self) -> None:
        self.say("220 sink")
        while True:
            line = self.hear().decode()
            self.sink.lines.append(line)
            word = line.split(" ")[0].upper()
            if word == "EHLO":
                offers = ["STARTTLS"] if self.sink.context and not self.secure else []
                offers += ["AUTH PLAIN"] if self.sink.login else []
                for number, offer in enumerate(["sink", *offers]):
                    self.say(f"250{' ' if number == len(offers) else '-'}{offer}")
            elif word == "STARTTLS":
                assert self.sink.context is not None
                self.say("220 go")
                self.socket = self.sink.context.wrap_socket(self.socket, server_side=True)
                self.file = self.socket.makefile("rwb", buffering=0)
                self.secure = True
            elif word == "AUTH":
                _, user, password = base64.b64decode(line.split(" ")[2]).decode().split("\0")
                right = (user, password) == self.sink.login
                self.login = (user, password) if right else None
                self.say("235 welcome" if right else "535 no")
            elif word == "MAIL":
                self.sender, self.to = line[line.index("<") + 1 : line.index(">")], []
                self.say("250 ok")
            elif word == "RCPT":
                to = line[line.index("<") + 1 : line.index(">")]
                if to == self.sink.refuse:
                    self.say("550 nobody of that name")
                else:
                    self.to.append(to)
                    self.say("250 ok")
            elif word == "DATA":
                self.say("354 go on")
                data = b""
                while (part := self.hear()) != b".":
                    data += part + b"\r\n"
                self.sink.mails.append(Mail(self.sender, self.to, data, self.login, self.secure))
                self.say("250 ok")
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def hear(self) -> bytes:
        line = b""
        while not line.endswith(b"\n"):
            part = self.file.read(1)
            if not part:
                raise EOFError
            line += part
        return line.rstrip(b"\r\n")

    def say(self, text: str) -> None:
        self.file.write(text.encode() + b"\r\n")


def _context(folder: Path) -> ssl.SSLContext:
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out",
         str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
