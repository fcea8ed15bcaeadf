"""What payload and query ask of an import: its strategy, and by what objects are named."""

from __future__ import annotations

from datavalues.params import ImportParams, Strategy
from datavalues.schemes import TYPES, Schemes, SchemeTexts, resolve_schemes
from metadata.id_schemes import attribute_exists


class ImportStopped(Exception):
    """The payload asks for what cannot be done; the words go into the summary, nothing is stored."""


def strategy_asked(sent: str | None, params: ImportParams) -> Strategy:
    """The payload's strategy, else the query's. Errors: ImportStopped for a text that is none."""
    if not sent:
        return params.import_strategy.canonical
    try:
        return Strategy(sent.strip().upper()).canonical
    except ValueError:
        raise ImportStopped(f"`{sent}` is not an import strategy, use one of {', '.join(Strategy)}") from None


def schemes_asked(*sources: SchemeTexts) -> Schemes:
    """The schemes that hold, earlier sources before later ones.

    Errors: ImportStopped for a text that is no scheme, or names an attribute that does not exist.
    """
    try:
        schemes = resolve_schemes(*sources)
    except ValueError as error:
        raise ImportStopped(str(error)) from error
    for name in TYPES:
        scheme = getattr(schemes, name)
        if not attribute_exists(scheme):
            raise ImportStopped(f"Attribute `{scheme.attribute}` of the identifier scheme does not exist")
    return schemes
