"""The addresses that answers carry (`href`, `Location`, pager links), as the client would write them.

Source: DHIS2 2.42, web conventions, base URL construction.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port

DEFAULT_PORTS = {"80", "443"}
LOOPBACK = {"localhost", "127.0.0.1", "[::1]"}


def api_base(request: HttpRequest) -> str:
    """`scheme://host[:port]{context}/api`, or `…/api/NN` if the client called a version."""
    version = getattr(request, "explicit_version", None)
    return f"{server_base(request)}/api" + (f"/{version}" if version else "")


def server_base(request: HttpRequest) -> str:
    """`scheme://host[:port]{context}`, without a trailing slash."""
    return server_origin(request) + request.META.get("SCRIPT_NAME", "").rstrip("/")


def mailed_base(request: HttpRequest) -> str:
    """What the links in mails begin with: the setting `BASE_URL`, or the server's base without it."""
    return settings.BASE_URL or server_base(request)


def certain_base(request: HttpRequest) -> str | None:
    """The same where the request may be a stranger's, who names any host: None unless the settings vouch for it.

    They do by `BASE_URL`, or by naming hosts in `ALLOWED_HOSTS`; a loopback name leads to the reader's own machine.
    """
    host, _ = split_domain_port(request.get_host())
    is_certain = settings.BASE_URL or "*" not in settings.ALLOWED_HOSTS or host in LOOPBACK
    return mailed_base(request) if is_certain else None


def server_origin(request: HttpRequest) -> str:
    """`scheme://host[:port]`, the origin that browsers know this server by."""
    host, port = split_domain_port(request.get_host())
    forwarded_port = request.META.get("HTTP_X_FORWARDED_PORT", "")
    if forwarded_port.isascii() and forwarded_port.isdigit():
        port = forwarded_port
    suffix = f":{port}" if port and port not in DEFAULT_PORTS else ""
    return f"{request_scheme(request)}://{host}{suffix}"


def request_scheme(request: HttpRequest) -> str:
    """`http` or `https`, by `X-Forwarded-Proto` if a proxy sent one."""
    forwarded = request.META.get("HTTP_X_FORWARDED_PROTO", "").lower()
    return forwarded if forwarded in ("http", "https") else str(request.scheme)
