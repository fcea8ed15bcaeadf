"""Query parameters of apps. Source: DHIS2 2.42, apps."""

from __future__ import annotations

from dhis2api.web.params import Params, param


class AppListParams(Params):
    """Parameters of `GET /api/apps`."""

    key: str | None = param(None, doc="The key of the one app to show.")
    filter: list[str] = param(split=False, repeatable=True, doc="`property:operator:value`; all must match.")


class AppRemovalParams(Params):
    """Parameters of `DELETE /api/apps/{key}`."""

    delete_app_data: bool = param(False, doc="Whether what the app keeps in its main namespace goes, too.")
