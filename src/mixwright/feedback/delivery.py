"""How alerts reach somebody: an e-mail, or JSON posted to an address. Secrets in either address are never printed."""

from __future__ import annotations

import hashlib
import json
import smtplib
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from http.client import HTTPException
from typing import Any
from urllib.parse import unquote, urlsplit

from ..errors import DeliveryError, ParameterError
from .alerts import Alert

__all__ = ["SMTP_URL", "MailServer", "channel_of", "check_address", "check_webhook", "mail_server", "post", "send_mail"]

SMTP_URL = "MIXWRIGHT_SMTP_URL"
WAIT_S = 20.0
LOCAL = ("localhost", "127.0.0.1", "::1")
PORTS = {"smtp": 25, "smtps": 465}


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in; `implicit`: TLS from the first byte, else STARTTLS where the server offers it."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    implicit: bool

    @property
    def shown(self) -> str:
        """As it may be printed."""
        return f"{self.host}:{self.port}"


def mail_server(url: str) -> MailServer:
    """A server from smtp://USER:PASSWORD@HOST:587, or smtps:// for TLS from the start.

    Errors
    ------
    ParameterError
        The address is none; it is not repeated in the text.
    """
    rule = f"{SMTP_URL} must be like smtp://USER:PASSWORD@HOST:587"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ParameterError(rule) from None
    if parts.scheme not in PORTS or not parts.hostname or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ParameterError(rule)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return MailServer(parts.hostname, port or PORTS[parts.scheme], user, password, parts.scheme == "smtps")


def check_address(address: str) -> str:
    """A mail address in one line, or ParameterError."""
    name, at, host = address.strip().rpartition("@")
    if not at or not name or not host or not address.isprintable() or set(" ,;<>\"'()") & set(address.strip()):
        raise ParameterError(f"{address!r} must be a mail address such as you@example.org")
    return address.strip()


def check_webhook(url: str) -> str:
    """An address that may be posted to: https anywhere, http on this machine only; else ParameterError."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ParameterError("webhook: is no address") from None
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL)
    if not secure or not parts.hostname or not url.isascii() or not url.isprintable() or " " in url:
        raise ParameterError("webhook: must be https://…, or http://localhost… on this machine")
    return url


def channel_of(kind: str, address: str) -> str:
    """What an address is known by where a file says what it was told: a hash, since it may hold a secret."""
    return f"{kind}:{hashlib.sha256(address.encode()).hexdigest()[:16]}"


def send_mail(server: MailServer, to: str, sender: str, alerts: Sequence[Alert], about: str) -> None:
    """Hand in one mail with all alerts; `about` says what they are of.

    Errors
    ------
    DeliveryError
        It was not taken; or the password would have gone over the network in clear.
    """
    message = EmailMessage()
    message["Subject"] = f"Mixwright: {len(alerts)} alert{'s' * (len(alerts) != 1)}"
    message["From"], message["To"] = sender, to
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain="mixwright.invalid")
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday answers it
    message.set_content("\n\n".join([*(alert.sentence for alert in alerts), about]) + "\n")
    context = ssl.create_default_context()
    try:
        with _connected(server, context) as smtp:
            secure = server.implicit
            if not secure and smtp.has_extn("starttls"):
                smtp.starttls(context=context)
                smtp.ehlo()
                secure = True
            if server.user:
                if not secure and server.host not in LOCAL:
                    raise DeliveryError(f"mail: {server.shown} offers no TLS; the password was not sent")
                smtp.login(server.user, server.password)
            smtp.send_message(message)
    except smtplib.SMTPResponseException as error:
        raise DeliveryError(
            f"mail: {server.shown} answered {error.smtp_code} {_short(error.smtp_error, server.password)}"
        ) from None
    except smtplib.SMTPRecipientsRefused as error:
        code, reason = next(iter(error.recipients.values()))
        raise DeliveryError(f"mail: {server.shown} takes none for {to} ({code} {_short(reason)})") from None
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise DeliveryError(f"mail: {server.shown} cannot be used ({_short(error, server.password)})") from None


def post(url: str, alerts: Sequence[Alert], content: dict[str, Any]) -> None:
    """Post JSON: `text` for people (as chat services read it), `alerts`, and `content`. Redirections are not followed.

    Errors
    ------
    DeliveryError
        No answer within 20 s, or another than 2xx.
    """
    host = urlsplit(url).hostname or ""
    body = {
        "text": "\n".join(alert.sentence for alert in alerts),
        "alerts": [{"rule": alert.rule, "sentence": alert.sentence, "state": alert.state} for alert in alerts],
        **content,
    }
    request = urllib.request.Request(
        url,
        json.dumps(body, ensure_ascii=False).encode(),
        {"Content-Type": "application/json", "User-Agent": "mixwright"},
    )
    handlers: list[urllib.request.BaseHandler] = [_Stay()]
    if host in LOCAL:
        handlers.append(urllib.request.ProxyHandler({}))
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=WAIT_S) as answer:
            answer.read(1 << 16)
    except urllib.error.HTTPError as error:
        error.close()
        raise DeliveryError(f"webhook: {host} answered {error.code}") from None
    except urllib.error.URLError as error:
        raise DeliveryError(f"webhook: {host} cannot be reached ({_short(error.reason)})") from None
    except (OSError, HTTPException) as error:
        raise DeliveryError(f"webhook: {host} does not answer as it should ({_short(error)})") from None


class _Stay(urllib.request.HTTPRedirectHandler):
    """What was meant for one address goes to no other."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def _connected(server: MailServer, context: ssl.SSLContext) -> smtplib.SMTP:
    name = socket.gethostname()
    if server.implicit:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, name, timeout=WAIT_S, context=context)
    else:
        smtp = smtplib.SMTP(server.host, server.port, name, timeout=WAIT_S)
    smtp.ehlo()
    return smtp


def _short(said: object, secret: str = "") -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    text = " ".join(text.split())[:160] or type(said).__name__
    return text.replace(secret, "…") if secret else text
