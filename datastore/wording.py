"""What each store says at each API version. Source: DHIS2 2.36-2.42, data store, version differences.

The shared store speaks as in 2.36 up to version 36. The user store changed its PUT in 38 and the rest in 40.
Creation keeps one text in all versions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from datastore import errors
from dhis2api.errors import ApiError, Code

LAST_OLD_SHARED = 36
LAST_OLD_PUT = 37  # of the user store
LAST_OLD_OWN = 39


@dataclass(frozen=True, slots=True)
class Wording:
    """Texts of successes and codes of refusals. Texts have `{key}` and `{namespace}`, codes take them in that order."""

    created: str
    updated: str
    key_deleted: str
    namespace_deleted: str
    namespace_not_found: Code
    key_not_found: Code
    key_exists: Code
    value_invalid: Code
    protected: Code = errors.NAMESPACE_PROTECTED
    read_denied: Code = errors.READ_DENIED
    update_denied: Code = errors.WRITE_DENIED
    delete_denied: Code = errors.WRITE_DENIED
    names_denied_key: bool = True  # where a namespace is not deleted because of one entry
    upserts: bool = True  # PUT creates a missing key and may come without a body
    updated_status: int = 200
    deletes_what_is_not: bool = False  # an unknown namespace is deleted with success

    def namespace_denied(self, namespace: str, key: str) -> ApiError:
        """The refusal to delete a namespace of which `key` may not be deleted."""
        if self.names_denied_key:
            return ApiError(self.delete_denied, key, namespace)
        return ApiError(errors.NAMESPACE_DENIED_2_36, namespace)


SHARED = Wording(
    created="Key '{key}' created.",
    updated="Key updated: '{key}'",
    key_deleted="Key '{key}' deleted from namespace '{namespace}'",
    namespace_deleted="Namespace deleted: '{namespace}'",
    namespace_not_found=errors.NAMESPACE_NOT_FOUND,
    key_not_found=errors.KEY_NOT_FOUND,
    key_exists=errors.KEY_EXISTS,
    value_invalid=errors.VALUE_INVALID,
)
SHARED_2_36 = Wording(
    created="Key '{key}' created.",
    updated="Key '{key}' updated.",
    key_deleted="Key '{key}' deleted from namespace '{namespace}'.",
    namespace_deleted="Namespace '{namespace}' deleted.",
    namespace_not_found=errors.NAMESPACE_NOT_FOUND_2_36,
    key_not_found=errors.KEY_NOT_FOUND_2_36,
    key_exists=errors.KEY_EXISTS_2_36,
    value_invalid=errors.VALUE_INVALID_2_36,
    protected=errors.NAMESPACE_PROTECTED_2_36,
    read_denied=errors.READ_DENIED_2_36,
    update_denied=errors.UPDATE_DENIED_2_36,
    delete_denied=errors.DELETE_DENIED_2_36,
    names_denied_key=False,
    upserts=False,
)
OWN = replace(
    SHARED,
    created="Key '{key}' in namespace '{namespace}' created.",
    key_deleted="Key '{key}' deleted from the namespace '{namespace}'.",
)
OWN_2_39 = replace(
    OWN,
    namespace_deleted="All keys from namespace '{namespace}' deleted.",
    namespace_not_found=errors.NAMESPACE_NOT_FOUND_2_36,
    key_not_found=errors.KEY_NOT_FOUND_2_36,
    key_exists=errors.OWN_KEY_EXISTS_2_39,
    value_invalid=errors.VALUE_INVALID_2_36,
    deletes_what_is_not=True,
)
OWN_2_37 = replace(OWN_2_39, updated="Key '{key}' in namespace '{namespace}' updated.", upserts=False,
                   updated_status=201)  # fmt: skip


def shared_wording(explicit_version: int | None) -> Wording:
    """How the shared store speaks to who named this version (None: none)."""
    return SHARED_2_36 if explicit_version is not None and explicit_version <= LAST_OLD_SHARED else SHARED


def own_wording(explicit_version: int | None) -> Wording:
    """How the user store speaks to who named this version (None: none)."""
    if explicit_version is None or explicit_version > LAST_OLD_OWN:
        return OWN
    return OWN_2_37 if explicit_version <= LAST_OLD_PUT else OWN_2_39
