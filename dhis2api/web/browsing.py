"""The page that a browser gets of resource lists and objects: the answer's JSON with links on references.

DRF's browsable page without its forms, so that looking at an object never probes permissions or parses bodies;
everything it loads is served by us, offline.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import orjson
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from rest_framework.renderers import BrowsableAPIRenderer

from dhis2api.web.base_url import api_base
from dhis2api.web.negotiation import HTML
from dhis2api.web.renderers import encode_json

INDENT = "  "


class BrowsablePageRenderer(BrowsableAPIRenderer):
    """`text/html` for views with `is_browsable`."""

    media_type = HTML
    format = "html"
    template = "web/browse.html"

    def get_content(
        self, renderer: Any, data: Any, accepted_media_type: str | None, renderer_context: dict[str, Any]
    ) -> str:
        view, request = renderer_context["view"], renderer_context["request"]
        base = api_base(request._request)

        def link(member: str, uid: str) -> str | None:
            endpoint = view.reference_endpoint(member)
            return f"{base}{endpoint}/{uid}" if endpoint else None

        return json_with_links(orjson.loads(encode_json(data)), link)

    def get_context(self, data: Any, accepted_media_type: str, renderer_context: dict[str, Any]) -> dict[str, Any]:
        context = super().get_context(data, accepted_media_type, renderer_context)
        context["api_base"] = api_base(renderer_context["request"]._request)
        return context

    def show_form_for_method(self, view: Any, method: str, request: Any, obj: Any) -> bool:
        return False

    def get_rendered_html_form(self, data: Any, view: Any, method: str, request: Any) -> None:
        return None

    def get_raw_data_form(self, data: Any, view: Any, method: str, request: Any) -> None:
        return None


def json_with_links(data: Any, link: Callable[[str, str], str | None]) -> SafeString:
    """Indented JSON as safe HTML; URLs and the ids of references are links.

    `link(member, uid)` is the address of what a member's `id` refers to, or None.
    """
    return mark_safe("".join(_pieces(data, "", link, "\n")))  # noqa: S308 - every text below is escaped


def _pieces(value: Any, member: str, link: Callable[[str, str], str | None], newline: str) -> Iterator[str]:
    if isinstance(value, dict):
        members = (_member(name, item, member, link, newline) for name, item in value.items())
        yield from _container("{}", members, newline)
    elif isinstance(value, list):
        yield from _container("[]", (_pieces(item, member, link, newline + INDENT) for item in value), newline)
    else:
        address = value if isinstance(value, str) and value.startswith(("http://", "https://")) else None
        yield _scalar(value, address)


def _member(name: str, value: Any, owner: str, link: Callable[[str, str], str | None], newline: str) -> Iterator[str]:
    yield escape(encode_json(name).decode()) + ": "
    address = link(owner, value) if name == "id" and isinstance(value, str) else None
    if address:
        yield _scalar(value, address)
    else:
        yield from _pieces(value, name, link, newline + INDENT)


def _container(brackets: str, items: Iterator[Iterator[str]], newline: str) -> Iterator[str]:
    yield brackets[0]
    separator = newline + INDENT
    is_empty = True
    for item in items:
        yield separator if is_empty else "," + separator
        is_empty = False
        yield from item
    yield brackets[1] if is_empty else newline + brackets[1]


def _scalar(value: Any, address: str | None) -> str:
    text = escape(encode_json(value).decode())
    return f'<a href="{escape(address)}" rel="nofollow">{text}</a>' if address else text
