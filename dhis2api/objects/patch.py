"""JSON Patch as DHIS2 speaks it: add, remove, replace and remove-by-id on the `:owner` form of an object.

Source: DHIS2 2.42, metadata API, PATCH; errors are 400s.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dhis2api.errors import ApiError
from dhis2api.objects.errors import PATCH_INVALID
from dhis2api.objects.importer.records import MemberChange
from dhis2api.objects.schema import Schema, Shape

MAX_OPERATIONS = 10_000
OPERATIONS = ("add", "remove", "replace", "remove-by-id")
_IMMUTABLE = frozenset({"id", "uid"})


def check_patch(operations: Any) -> list[Any]:
    """The operations of a body. Errors: ApiError 400 for what is no list of them, or too long."""
    if not isinstance(operations, list):
        raise ApiError(PATCH_INVALID, "A JSON patch must be a list of operations")
    if len(operations) > MAX_OPERATIONS:
        raise ApiError(PATCH_INVALID, f"A JSON patch has at most {MAX_OPERATIONS} operations")
    return operations


@dataclass(slots=True)
class PatchPlan:
    """What a patch touches: members that are rewritten, and collections that only gain or lose members."""

    operations: list[Any] = field(default_factory=list)  # on `rewritten`, in their order
    rewritten: set[str] = field(default_factory=set)
    changes: dict[str, list[MemberChange]] = field(default_factory=dict)


def plan_patch(schema: Schema, operations: list[Any]) -> PatchPlan:
    """Tell the operations that need the stored object from those that need not.

    Errors: ApiError 400 for an operation that is none, a path that names no member, or the identifier.
    """
    steps = [_check_operation(schema, operation, position) for position, operation in enumerate(operations)]
    names = {path[0] for path in steps}
    plain = {
        name for name in names
        if all(_is_member_change(schema, o, path) for o, path in zip(operations, steps, strict=True) if path[0] == name)
    }  # fmt: skip
    plan = PatchPlan(rewritten=names - plain)
    for operation, path in zip(operations, steps, strict=True):
        if path[0] not in plain:
            plan.operations.append(operation)
        elif operation["op"] == "add":
            plan.changes.setdefault(path[0], []).append(MemberChange(operation["value"], adds=True))
        else:
            plan.changes.setdefault(path[0], []).append(MemberChange({"id": operation["id"]}, adds=False))
    return plan


def require_members(schema: Schema, stored: dict[str, Any], plan: PatchPlan) -> None:
    """Errors: ApiError 400 for a path to a member that neither the type has nor this document."""
    for name in plan.rewritten:
        if not (schema.has(name) or name in schema.wire.write_only or name in stored):
            raise ApiError(PATCH_INVALID, f"Property {name} does not exist on {schema.simple_klass}")


def apply_patch(stored: dict[str, Any], operations: list[Any]) -> dict[str, Any]:
    """`stored` with all operations of a plan applied in order; `stored` itself is changed.

    Errors: ApiError 400 naming the path that does not fit.
    """
    for operation in operations:
        _apply_one(stored, operation)
    return stored


def _is_member_change(schema: Schema, operation: Any, path: list[str]) -> bool:
    """Whether the operation adds or removes one member of a collection, wherever it stands there."""
    prop = schema.properties.get(path[0])
    if prop is None or prop.shape is not Shape.MEMBERS or not (prop.owner and prop.writable):
        return False
    if operation["op"] == "remove-by-id":
        return len(path) == 1 and isinstance(operation.get("id"), str)
    value = operation.get("value")
    return operation["op"] == "add" and path[1:] == ["-"] and isinstance(value, dict | str)


def _check_operation(schema: Schema, operation: Any, position: int) -> list[str]:
    """The steps of the operation's path."""
    if not isinstance(operation, dict) or operation.get("op") not in OPERATIONS:
        allowed = ", ".join(OPERATIONS)
        raise ApiError(PATCH_INVALID, f"Operation {position} of the patch has no `op` of {allowed}")
    path = operation.get("path")
    if not isinstance(path, str) or not path.startswith("/") or path == "/":
        raise ApiError(PATCH_INVALID, f"Invalid path {path}")
    steps = _steps(path)
    if not (schema.has(steps[0]) or steps[0] in schema.wire.write_only or schema.is_document):
        raise ApiError(PATCH_INVALID, f"Property {steps[0]} does not exist on {schema.simple_klass}")
    if steps[0] in _IMMUTABLE:
        raise ApiError(PATCH_INVALID, f"Invalid path {path}: the identifier cannot be changed")
    return steps


def _steps(path: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in path[1:].split("/")]


def _apply_one(stored: dict[str, Any], operation: dict[str, Any]) -> None:
    path = operation["path"]
    steps = _steps(path)
    name = operation["op"]
    if name == "remove-by-id":
        _remove_by_id(stored, steps, path, operation.get("id"))
        return
    parent = _parent(stored, steps, path)
    if name == "remove":
        _remove(parent, steps[-1])
    else:
        _put(parent, steps[-1], operation.get("value"), replace=name == "replace")


def _parent(stored: dict[str, Any], steps: list[str], path: str) -> Any:
    found: Any = stored
    for depth, step in enumerate(steps[:-1]):
        if isinstance(found, list):
            found = found[_index(found, step)]
        elif isinstance(found, dict):
            if found.get(step) is None:
                if depth > 0:
                    raise ApiError(PATCH_INVALID, f"Path does not exist: {path}")
                # A member that is not stored yet is a list when appended to, an object otherwise.
                found[step] = [] if steps[depth + 1] == "-" else {}
            found = found[step]
        else:
            raise ApiError(PATCH_INVALID, "Parent node is not a container, unable to proceed")
    if not isinstance(found, dict | list):
        raise ApiError(PATCH_INVALID, "Parent node is not a container, unable to proceed")
    return found


def _put(parent: Any, step: str, value: Any, *, replace: bool) -> None:
    if isinstance(parent, dict):
        parent[step] = value
        return
    if step == "-":
        if not _is_present(parent, value):
            parent.append(value)
        return
    index = _index(parent, step, one_past=not replace)
    if replace:
        parent[index] = value
    else:
        parent.insert(index, value)


def _is_present(items: list[Any], value: Any) -> bool:
    """Adding a reference that is there already changes nothing."""
    uid = value.get("id") if isinstance(value, dict) else None
    return uid is not None and any(isinstance(item, dict) and item.get("id") == uid for item in items)


def _remove(parent: Any, step: str) -> None:
    if isinstance(parent, dict):
        parent.pop(step, None)
    else:
        del parent[_index(parent, step)]


def _remove_by_id(stored: dict[str, Any], steps: list[str], path: str, uid: Any) -> None:
    if not isinstance(uid, str):
        raise ApiError(PATCH_INVALID, f"Invalid id {uid}")
    items = _parent(stored, [*steps, "-"], path)
    if not isinstance(items, list):
        raise ApiError(PATCH_INVALID, f"Invalid path {path}")
    items[:] = [item for item in items if not (isinstance(item, dict) and item.get("id") == uid)]


def _index(items: list[Any], step: str, *, one_past: bool = False) -> int:
    if not (step.isascii() and step.isdecimal()):
        raise ApiError(PATCH_INVALID, f"not an index: {step}")
    index = int(step[:9])
    if index >= len(items) + one_past:
        raise ApiError(PATCH_INVALID, f"index out of bounds: {step}")
    return index
