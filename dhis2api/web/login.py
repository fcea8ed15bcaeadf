"""The login page for people with a browser, and for the admin; clients log in at `/api/auth/login`."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError

from dhis2api.errors import ApiError


class LoginForm(AuthenticationForm):
    """Django's, for backends that refuse an account (locked, disabled, expired) by an `ApiError`."""

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean()
        except ApiError as error:
            raise ValidationError(error.message) from error


class LoginPageView(LoginView):
    """`/login/?next=…`."""

    template_name = "web/login.html"
    authentication_form = LoginForm
