"""Routing by the first segment answers as Django's own routing does, one route after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, URLPattern, URLResolver, include, path, re_path
from django.urls.resolvers import RoutePattern

from dhis2api.urls import api_patterns
from dhis2api.web.routing import FirstSegmentResolver, Route, by_first_segment


def view(request: HttpRequest, **_: object) -> HttpResponse:
    return HttpResponse()


ORDER_MATTERS = [
    path("own/list", view, {"which": "first"}),
    path("", include([path("own/<str:uid>", view, {"which": "second"}), path("other", view, name="other")])),
    path("<str:any>/list", view, {"which": "any"}),
    path("own/list", view, {"which": "shadowed"}),
    path("<str:any>", view, {"which": "rest"}),
    re_path("^reg[a-z]+/list/all$", view, {"which": "expression"}),
    path("begin", include([path("ning/<int:number>", view)])),
]


def addresses(routes: Sequence[Route], before: str = "") -> Iterator[str]:
    """One for each route, and some that are near."""
    for route in routes:
        whole = before + re.sub(r"<(\w+:)?\w+>", "a1234567890", str(route.pattern))
        if isinstance(route, URLResolver):
            yield from addresses(route.url_patterns, whole)
        else:
            yield from (whole, f"{whole}/", f"{whole}/more", f"{whole}s", whole.rpartition("/")[0])
    yield from ("", "/", "unheard", "unheard/of", "regular/list/all", "own/list/", "beginning/12", "begin", "begin/12")


def answer(resolver: URLResolver, address: str) -> object:
    try:
        match = resolver.resolve("api/" + address)
    except Resolver404:
        return None
    return match.func, match.args, match.kwargs, match.url_name, match.route, match.captured_kwargs, match.extra_kwargs


@pytest.mark.parametrize("routes", [api_patterns, ORDER_MATTERS], ids=["ours", "order matters"])
def test_every_address_is_answered_by_the_same_route(routes: Sequence[URLPattern]) -> None:
    one_after_the_other = URLResolver(RoutePattern("api/", is_endpoint=False), routes)
    by_segment = by_first_segment("api/", routes)
    asked = set(addresses(routes))

    assert {a: answer(by_segment, a) for a in asked} == {a: answer(one_after_the_other, a) for a in asked}


def test_an_address_with_another_prefix_is_refused() -> None:
    with pytest.raises(Resolver404):
        FirstSegmentResolver(RoutePattern("api/", is_endpoint=False), ORDER_MATTERS).resolve("own/list")
