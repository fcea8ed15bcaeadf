"""The addresses that answers carry (`href`, `Location`, pager links), as the client would write them.

Source: DHIS2 2.42, web conventions, base URL construction.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port

DEFAULT_PORTS = {"80", "443"}


def api_base(request: HttpRequest) -> str:
    """`scheme://host[:port]{context}/api`, or `…/api/NN` if the client called a version."""
    version = getattr(request, "explicit_version", None)
    return f"{server_base(request)}/api" + (f"/{version}" if version else "")


def server_base(request: HttpRequest) -> str:
    """`scheme://host[:port]{context}`, without a trailing slash."""
    return server_origin(request) + request.META.get("SCRIPT_NAME", "").rstrip("/")


def mailed_base(request: HttpRequest) -> str:
    """What the links in mails begin with: the setting `BASE_URL`, since whoever asks for a mail to somebody else may
    name any host; the server's base without it."""
    return settings.BASE_URL or server_base(request)


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
