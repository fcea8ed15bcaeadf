"""An `include` of some hundred routes that looks at those alone whose first segment is the address's.

Django tries one route after the other: most addresses of the API lie behind three hundred that begin otherwise.
Which route answers is the same, and so are names and links, which Django takes from the routes as they were given.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from django.urls import ResolverMatch, URLPattern, URLResolver
from django.urls.exceptions import Resolver404
from django.urls.resolvers import RoutePattern

Route = URLPattern | URLResolver


def by_first_segment(prefix: str, routes: Sequence[Route]) -> URLResolver:
    """`path(prefix, include(routes))`."""
    return FirstSegmentResolver(RoutePattern(prefix, is_endpoint=False), routes)


class FirstSegmentResolver(URLResolver):
    """One resolver a segment, each with its routes in their order."""

    def resolve(self, path: str) -> ResolverMatch:
        path = str(path)
        match = self.pattern.match(path)
        if match is None:
            raise Resolver404({"path": path})
        segment, _, _ = match[0].partition("/")
        return self._resolvers.get(segment, self._other).resolve(path)

    @cached_property
    def _resolvers(self) -> dict[str, URLResolver]:
        routes = list(_flatten(self.url_patterns))
        segments = {segment for segment, _ in routes if segment is not None}
        return {
            segment: self._resolver([route for own, route in routes if own in (segment, None)]) for segment in segments
        }

    @cached_property
    def _other(self) -> URLResolver:
        """For what is the first segment of no route."""
        return self._resolver([route for segment, route in _flatten(self.url_patterns) if segment is None])

    def _resolver(self, routes: Sequence[Route]) -> URLResolver:
        return URLResolver(self.pattern, routes, self.default_kwargs, self.app_name, self.namespace)


def _flatten(routes: Sequence[Route]) -> Iterator[tuple[str | None, Route]]:
    """Each route with its first segment, None where that is not fixed; what is included without a prefix as its own."""
    for route in routes:
        pattern = route.pattern
        if _is_bare(route):
            yield from _flatten(route.url_patterns)
        elif isinstance(pattern, RoutePattern):
            segment, slash, _ = str(pattern).partition("/")
            ends = slash or isinstance(route, URLPattern)  # otherwise it is the beginning of a segment
            yield (segment if ends and segment and "<" not in segment else None), route
        else:
            yield None, route


def _is_bare(route: Route) -> bool:
    return (
        isinstance(route, URLResolver)
        and type(route.pattern) is RoutePattern
        and str(route.pattern) == ""
        and not (route.default_kwargs or route.app_name or route.namespace)
    )
