"""Routes below `/api/`."""

from __future__ import annotations

from django.urls import path

from users.views import (
    AuthoritiesView,
    AuthorityView,
    ChangePasswordView,
    LoginView,
    MeView,
    RoleMemberView,
    SettingsView,
    ValidatePasswordView,
    VerifyPasswordView,
)

urlpatterns = [
    path("userRoles/<str:uid>/users/<str:user>", RoleMemberView.as_view()),
    path("auth/login", LoginView.as_view()),
    path("me", MeView.as_view(), name="me"),
    path("me/authorities", AuthoritiesView.as_view()),
    path("me/authorization", AuthoritiesView.as_view()),
    path("me/authorities/<str:authority>", AuthorityView.as_view()),
    path("me/authorization/<str:authority>", AuthorityView.as_view()),
    path("me/settings", SettingsView.as_view()),
    path("me/changePassword", ChangePasswordView.as_view()),
    path("me/verifyPassword", VerifyPasswordView.as_view()),
    path("me/validatePassword", ValidatePasswordView.as_view()),
]
