"""Routes below `/api/`."""

from __future__ import annotations

from django.urls import path

from messaging.email.views import EmailNotificationView, EmailTestView

urlpatterns = [
    path("email/test", EmailTestView.as_view()),
    path("email/notification", EmailNotificationView.as_view()),
]
