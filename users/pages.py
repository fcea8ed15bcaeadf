"""The page where the link of a mail leads: somebody sets a password, and has an account (again)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.views.generic import FormView

from dhis2api.errors import ApiError
from users.restoring import Purpose, complete_invitation, complete_recovery, token_purpose


class RestoreForm(forms.Form):
    """The new password, twice."""

    password = forms.CharField(widget=forms.PasswordInput, max_length=1000, strip=False)
    again = forms.CharField(widget=forms.PasswordInput, max_length=1000, strip=False)

    def clean(self) -> dict[str, Any]:
        """Errors: where the two differ."""
        given = super().clean()
        if given.get("password") != given.get("again"):
            raise forms.ValidationError("The two passwords differ")
        return given


class RestorePageView(FormView):
    """`/account/restore/?token=…`."""

    template_name = "web/restore.html"
    form_class = RestoreForm
    success_url = reverse_lazy("login")

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """The form, or that the link is no good any more."""
        return super().get_context_data(**more) | {"purpose": token_purpose(self._token())}

    def form_valid(self, form: RestoreForm) -> Any:
        """Set the password; one that breaks a rule is said beside the form, and the link stays good."""
        token, password = self._token(), form.cleaned_data["password"]
        try:
            if token_purpose(token) is Purpose.INVITE:
                complete_invitation({"token": token, "password": password})
            else:
                complete_recovery(token, password)
        except ApiError as error:
            form.add_error(None, error.message)
            return self.form_invalid(form)
        return super().form_valid(form)

    def _token(self) -> str:
        return self.request.GET.get("token", "")
