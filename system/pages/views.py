"""`/jobs/`: what runs, what will, and what came of it."""

from __future__ import annotations

from dhis2api.web.page_views import PageView


class JobsPageView(PageView):
    """The page."""

    template_name = "system/jobs.html"
