"""Routes below `/api/`."""

from __future__ import annotations

from messaging.conversations.urls import urlpatterns as conversation_routes

urlpatterns = [*conversation_routes]
