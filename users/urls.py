"""Routes below `/api/`."""

from __future__ import annotations

from django.urls import path

from users import account_views as accounts
from users import two_factor_views as factors
from users import user_views as users
from users.login_views import LoginConfigView, LoginView, SessionsView
from users.settings_views import UserSettingsView, UserSettingView
from users.token_views import ApiTokensView, ApiTokenView
from users.views import (
    AuthoritiesView,
    AuthorityView,
    AvatarView,
    ChangePasswordView,
    MeView,
    RoleMemberView,
    SettingsView,
    SettingView,
    ValidatePasswordView,
    VerifyPasswordView,
)

_me = [
    path("me", MeView.as_view(), name="me"),
    path("me/authorities", AuthoritiesView.as_view()),
    path("me/authorization", AuthoritiesView.as_view()),
    path("me/authorities/<str:authority>", AuthorityView.as_view()),
    path("me/authorization/<str:authority>", AuthorityView.as_view()),
    path("me/settings", SettingsView.as_view()),
    path("me/settings/<str:key>", SettingView.as_view()),
    path("me/avatar", AvatarView.as_view()),
    path("me/changePassword", ChangePasswordView.as_view()),
    path("me/verifyPassword", VerifyPasswordView.as_view()),
    path("me/validatePassword", ValidatePasswordView.as_view()),
]
_login = [
    path("loginConfig", LoginConfigView.as_view()),
    path("sessions", SessionsView.as_view()),
    path("sessions/<str:username>", SessionsView.as_view(http_method_names=["delete"])),
    path("auth/login", LoginView.as_view()),
    path("auth/forgotPassword", accounts.ForgotPasswordView.as_view()),
    path("auth/passwordReset", accounts.PasswordResetView.as_view()),
    path("auth/invite", accounts.InviteView.as_view()),
    path("auth/updatePassword", accounts.UpdatePasswordView.as_view()),
    path("account/recovery", accounts.LegacyRecoveryView.as_view()),
    path("account/restore", accounts.LegacyRestoreView.as_view()),
    path("account/username", accounts.UsernameView.as_view()),
    path("account/validateUsername", accounts.UsernameView.as_view()),
    path("account/password", accounts.PasswordView.as_view()),
    path("account/validatePassword", accounts.PasswordView.as_view()),
    path("2fa/enrollTOTP2FA", factors.EnrollTotpView.as_view()),
    path("2fa/enrollEmail2FA", factors.EnrollMailView.as_view()),
    path("2fa/qrCodeJson", factors.QrCodeJsonView.as_view()),
    path("2fa/qrCodePng", factors.QrCodePngView.as_view()),
    path("2fa/qrCode", factors.QrCodePngView.as_view()),
    path("2fa/enabled", factors.EnabledView.as_view()),
    path("2fa/enable", factors.EnabledView.as_view(http_method_names=["post"])),
    path("2fa/disable", factors.DisabledView.as_view()),
    path("2fa/disabled", factors.DisabledView.as_view()),
]
_tokens = [
    path("apiToken", ApiTokensView.as_view(), name="apiToken"),
    path("apiTokens", ApiTokensView.as_view()),
    path("apiToken/<str:uid>", ApiTokenView.as_view()),
    path("apiTokens/<str:uid>", ApiTokenView.as_view()),
]
_users = [
    path("users", users.UsersView.as_view(object_schema=users.USERS, name="Users"), name="users"),
    path("users/invite", users.InviteView.as_view()),
    path("users/invites", users.InvitesView.as_view()),
    path("users/<str:uid>/replica", users.ReplicaView.as_view()),
    path("users/<str:uid>/invite", users.InviteAgainView.as_view()),
    path("users/<str:uid>/reset", users.ResetView.as_view()),
    path("users/<str:uid>/enabled", users.EnabledView.as_view()),
    path("users/<str:uid>/disabled", users.EnabledView.as_view(disabled=True)),
    path("users/<str:uid>/expired", users.ExpiredView.as_view()),
    path("users/<str:uid>/unexpired", users.UnexpiredView.as_view()),
    path("users/<str:uid>/twoFA/disabled", users.TwoFactorDisabledView.as_view()),
    path("userRoles", users.RolesView.as_view(object_schema=users.ROLES, name="User roles"), name="userRoles"),
    path("userRoles/<str:uid>/users/<str:user>", RoleMemberView.as_view()),
]
urlpatterns = [
    *_me,
    *_login,
    *_tokens,
    *_users,
    path("userSettings", UserSettingsView.as_view()),
    path("userSettings/<str:key>", UserSettingView.as_view()),
    path("userLookup", users.LookupsView.as_view()),
    path("userLookup/feedbackRecipients", users.FeedbackRecipientsLookupView.as_view()),
    path("configuration/feedbackRecipients", users.FeedbackRecipientsView.as_view()),
    path("userLookup/<str:identifier>", users.LookupView.as_view()),
    path("authorities", users.AuthoritiesView.as_view()),
]
