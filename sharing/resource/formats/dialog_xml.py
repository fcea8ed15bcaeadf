"""The dialog as XML, as it is answered and as it may be sent: scalars of an object are attributes or elements.

<sharing>
  <meta allowPublicAccess="true" allowExternalAccess="false"/>
  <object publicAccess="rw------"><userAccesses><userAccess id="…" access="r-------"/></userAccesses></object>
</sharing>
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, BinaryIO

from lxml import etree

from dhis2api.web.xml import append, append_value, local_name, read_tree, root_element, to_bytes

_ITEMS = {"userGroupAccesses": "userGroupAccess", "userAccesses": "userAccess"}


def write_dialog(data: Mapping[str, Any]) -> bytes:
    """The document of `/api/sharing`."""
    root = root_element("sharing")
    append_value(root, "meta", data["meta"])
    shown = append(root, "object")
    for name, value in data["object"].items():
        if name not in _ITEMS:
            append_value(shown, name, value)
            continue
        wrapper = append(shown, name)
        for grant in value:
            append(wrapper, _ITEMS[name], **grant)
    return to_bytes(root)


def read_dialog(stream: BinaryIO) -> dict[str, Any]:
    """The same members that JSON would give. Errors: ApiError 400 with line and column for what is no XML."""
    found = next((child for child in read_tree(stream) if local_name(child) == "object"), None)
    if found is None:
        return {}
    members = _scalars(found)
    for child in found:
        if local_name(child) in _ITEMS:
            members[local_name(child)] = [_scalars(grant) for grant in child]
    if "externalAccess" in members:
        members["externalAccess"] = members["externalAccess"] == "true"
    return {"object": members}


def _scalars(element: etree._Element) -> dict[str, Any]:
    inner = {local_name(child): (child.text or "").strip() for child in element if len(child) == 0}
    return {name: text for name, text in inner.items() if name not in _ITEMS} | dict(element.attrib)
