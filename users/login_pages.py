"""The login page for people with a browser and for the admin, and the form that clients of older versions post.

Clients of today log in at `/api/auth/login`; all three know the same rules.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from dhis2api.web.responses import HttpResponse, redirect
from users.authenticating import Login, LoginStatus, log_in
from users.login_views import landing_page, open_session

CODE = "2fa_code"  # the field's name since DHIS2 2.36
REFUSALS = {
    LoginStatus.LOCKED: "Account locked",
    LoginStatus.DISABLED: "Account disabled",
    LoginStatus.EXPIRED: "Account expired",
    LoginStatus.PASSWORD_EXPIRED: "Password expired",
    LoginStatus.ENROLMENT_DEMANDED: "Your role demands two-factor authentication; log in with an app and enroll",
    LoginStatus.TOTP_WRONG: "Enter the code that your authenticator app shows",
    LoginStatus.MAIL_CODE_WRONG: "The code is wrong, or could not be sent",
    LoginStatus.MAIL_CODE_SENT: "A code was sent to your e-mail address; enter it together with your password",
}


class LoginForm(AuthenticationForm):
    """Name, password and the code of the second factor, for those who have one."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields[CODE] = forms.CharField(required=False, max_length=20)

    def clean(self) -> dict[str, Any]:
        """Errors: ValidationError with what a person can do about it."""
        given = self.cleaned_data
        username, password = given.get("username"), given.get("password")
        if username and password:
            result = log_in(username, password, given.get(CODE))
            if result.status in REFUSALS:
                raise ValidationError(REFUSALS[result.status])
            if result.user is None:
                raise self.get_invalid_login_error()
            self.user_cache = result.user
        return given


class LoginPageView(LoginView):
    """`/login/?next=…`."""

    template_name = "web/login.html"
    authentication_form = LoginForm

    def form_valid(self, form: LoginForm) -> HttpResponse:
        """To where the page says, else to what was asked for before, else to the start."""
        landing = landing_page(self.request, form.get_user())
        open_session(self.request, form.get_user())
        return redirect(self.get_redirect_url() or landing)


@method_decorator(csrf_exempt, name="dispatch")  # as every login of DHIS2: whoever posts knows a password
class LoginActionView(View):
    """`POST /dhis-web-commons-security/login.action` with `j_username` and `j_password`."""

    def post(self, request: Any) -> HttpResponse:
        """To the page that was asked for before, or back to the login page."""
        username, password, code = (request.POST.get(name, "") for name in ("j_username", "j_password", CODE))
        # No name has a NUL, and PostgreSQL does not even look for one.
        result = log_in(username, password, code or None) if "\x00" not in username else Login(None)
        if result.user is None:
            return redirect(f"{reverse('login')}?failed=true")
        landing = landing_page(request, result.user)
        open_session(request, result.user)
        return redirect(landing)
