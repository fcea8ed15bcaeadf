"""Routes below `/api/`."""

from __future__ import annotations

from messaging.conversations.urls import urlpatterns as conversation_routes
from messaging.email.urls import urlpatterns as email_routes

urlpatterns = [*conversation_routes, *email_routes]
