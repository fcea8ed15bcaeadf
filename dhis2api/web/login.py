"""The login page for people with a browser and for the admin, and the form that clients of older versions post.

Clients of today log in at `/api/auth/login`.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import authenticate, login
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from dhis2api.errors import ApiError
from dhis2api.web import saved_requests

CODE = "2fa_code"  # the field's name since DHIS2 2.36


class LoginForm(AuthenticationForm):
    """Django's, for backends that refuse an account (locked, disabled, expired) by an `ApiError`."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields[CODE] = forms.CharField(required=False, max_length=20)

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean()
        except ApiError as error:
            raise ValidationError(error.message) from error


class LoginPageView(LoginView):
    """`/login/?next=…`."""

    template_name = "web/login.html"
    authentication_form = LoginForm

    def get_success_url(self) -> str:
        """Where the page says, else what was asked for before, else the start."""
        wanted = saved_requests.take(self.request)
        return self.get_redirect_url() or wanted or self.get_default_redirect_url()


@method_decorator(csrf_exempt, name="dispatch")  # as every login of DHIS2: whoever posts knows a password
class LoginActionView(View):
    """`POST /dhis-web-commons-security/login.action` with `j_username` and `j_password`."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """To the page that was asked for before, or back to the login page."""
        try:
            user = authenticate(
                request, username=request.POST.get("j_username", ""), password=request.POST.get("j_password", "")
            )
        except ApiError:
            user = None
        if user is None:
            return HttpResponseRedirect(f"{reverse('login')}?failed=true")
        wanted = saved_requests.take(request)
        login(request, user)
        return HttpResponseRedirect(wanted or reverse("start"))
