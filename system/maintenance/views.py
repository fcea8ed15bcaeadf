"""`/api/maintenance…`."""

from __future__ import annotations

from django.http import HttpResponse

from dhis2api.web.messages import ok
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse, no_content
from dhis2api.web.views import ApiRequest, ApiView
from metadata.maintenance import require_maintainer
from system.maintenance.params import MaintenanceParams
from system.maintenance.services import prune, run_task, run_tasks

PRUNED = "Data was pruned successfully"
RELOADED = "Apps reloaded"


class MaintenanceView(ApiView):
    """Several tasks at once."""

    consumes = ()

    @declares(MaintenanceParams)
    def post(self, request: ApiRequest, params: MaintenanceParams) -> HttpResponse:
        """Do those that the query names."""
        run_tasks(params, request.user)
        return no_content()

    put = post


class TaskView(ApiView):
    """One task."""

    consumes = ()
    task = ""

    def post(self, request: ApiRequest) -> HttpResponse:
        """Do it."""
        run_task(self.task, request.user)
        return no_content()

    put = post


class PruningView(ApiView):
    """All data of an object."""

    consumes = ()
    singular = ""

    def post(self, request: ApiRequest, uid: str) -> ApiResponse:
        """Remove it for good."""
        prune(self.singular, uid, request.user.principal)
        return ok(PRUNED)

    put = post


class AppReloadView(TaskView):
    """The installed apps."""

    task = "app_reload"

    def get(self, request: ApiRequest) -> ApiResponse:
        """Look for them anew."""
        require_maintainer(request.user.principal)
        return ok(RELOADED)
