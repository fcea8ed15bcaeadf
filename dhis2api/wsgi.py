"""The WSGI application that gunicorn serves."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from dhis2api.web.whole_bodies import with_whole_bodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dhis2api.settings")

application = with_whole_bodies(get_wsgi_application())
# Every view is loaded before gunicorn forks: the workers share them, and the first request waits for nothing.
get_resolver().url_patterns  # noqa: B018 - reading it loads them
