"""Query parameters of settings and configuration."""

from __future__ import annotations

from dhis2api.web.params import Params, param


class SettingsParams(Params):
    """Parameters of `/api/systemSettings`."""

    key: list[str] = param(doc="Only these settings; those that do not exist are left out.")


class SettingParams(Params):
    """Parameters of `/api/systemSettings/{key}`."""

    value: str | None = param(None, doc="The new value; the body of the request otherwise.")
    locale: str | None = param(None, doc="Of the translation that is meant, such as `pt_BR`.")


class LocaleParams(Params):
    """Parameters of `POST /api/locales/dbLocales`."""

    language: str = param(doc="Code of a language, such as `pt`.")
    country: str = param("", doc="Code of a country, such as `BR`.")
    script: str = param("", doc="Code of a script, such as `Cyrl`.")
