"""What a login page shows before anybody has logged in (DHIS2 2.42, `/api/loginConfig`)."""

from __future__ import annotations

from typing import Any

from configuration.settings import shown_texts, system_setting, system_settings
from dhis2api.version import DHIS2_VERSION
from mailing.direct import is_mail_configured
from users.models import User

TEXTS = {
    "applicationTitle": "applicationTitle",
    "applicationDescription": "keyApplicationIntro",
    "applicationNotification": "keyApplicationNotification",
    "applicationLeftSideFooter": "keyApplicationFooter",
    "applicationRightSideFooter": "keyApplicationRightFooter",
    "loginPopup": "loginPopup",
}
VALUES = {
    "countryFlag": "keyFlag",
    "uiLocale": "keyUiLocale",
    "loginPageLayout": "loginPageLayout",
    "loginPageTemplate": "loginPageTemplate",
    "recaptchaSite": "recaptchaSite",
    "selfRegistrationNoRecaptcha": "keySelfRegistrationNoRecaptcha",
    "allowAccountRecovery": "keyAccountRecovery",
    "useCustomLogoFront": "keyUseCustomLogoFront",
}
LENGTHS = ("minPasswordLength", "maxPasswordLength")  # which DHIS2 writes as texts
FRONT_LOGO = "/api/staticContent/logo_front.png"
PROFILE = "/dhis-web-user-profile/#/profile"


def login_config(locale: str | None = None) -> dict[str, Any]:
    """The members that have a value; texts in `locale` where they are translated."""
    stored = system_settings(*VALUES.values(), *LENGTHS)
    shown: dict[str, Any] = {"apiVersion": DHIS2_VERSION}
    texts = shown_texts(TEXTS.values(), locale)
    shown |= {name: texts[key] for name, key in TEXTS.items()}
    shown |= {name: stored[key] for name, key in VALUES.items()}
    shown |= {name: str(stored[name]) for name in LENGTHS}
    if stored["keyUseCustomLogoFront"]:
        shown["loginPageLogo"] = FRONT_LOGO
    shown |= {"emailConfigured": is_mail_configured(), "selfRegistrationEnabled": False, "oidcProviders": []}
    return {name: value for name, value in shown.items() if value not in ("", None)}


def start_page(user: User) -> str:
    """Where a login leads: to the profile, where the system asks for a verified address and there is none."""
    is_verified = bool(user.email) and user.email == user.verified_email
    return PROFILE if not is_verified and system_setting("enforceVerifiedEmail") else "/"
