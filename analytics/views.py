"""`/api/resourceTables…`, `/api/analytics/tableTypes`."""

from __future__ import annotations

from typing import Any

from analytics.params import ResourceTablesParams
from analytics.table_types import TableType
from dhis2api.web.params import Params, declares
from dhis2api.web.responses import ApiResponse
from dhis2api.web.views import ApiRequest, ApiView
from metadata.maintenance import require_maintainer
from scheduling.answers import answer_started, job_name
from scheduling.catalogue import parameters_class
from scheduling.enqueueing import enqueue
from scheduling.job_types import JobType
from scheduling.registry import NoParams


class MaintenanceView(ApiView):
    """What starts a job for those who keep the server; POST and PUT are the same."""

    consumes = ("*/*",)  # a body is not looked at

    def initial(self, request: ApiRequest, *args: Any, **kwargs: Any) -> None:
        """Errors: 403, before anything else is looked at."""
        super().initial(request, *args, **kwargs)
        require_maintainer(request.user.principal)

    def start(self, request: ApiRequest, type: JobType, params: Params) -> ApiResponse:
        """200 with the job."""
        version = request.explicit_version
        return answer_started(
            enqueue(type, params=params, user=request.user, name=job_name(type, version), version=version)
        )


class ResourceTablesView(MaintenanceView):
    """Resource tables."""

    def post(self, request: ApiRequest) -> ApiResponse:
        """Rebuild them."""
        return self.start(request, JobType.RESOURCE_TABLE, NoParams())

    put = post


class AnalyticsTablesView(MaintenanceView):
    """Analytics tables."""

    @declares(ResourceTablesParams)
    def post(self, request: ApiRequest, params: ResourceTablesParams) -> ApiResponse:
        """Build them. Errors: 409 for a negative number of years."""
        return self.start(request, JobType.ANALYTICS_TABLE, params.of_job())

    put = post


class MonitoringView(MaintenanceView):
    """Validation rules, run over what is stored."""

    def post(self, request: ApiRequest) -> ApiResponse:
        """Run those that somebody shall be told of."""
        return self.start(request, JobType.MONITORING, parameters_class(JobType.MONITORING)())

    put = post


class TableTypesView(ApiView):
    """The types of analytics tables, which jobs may skip."""

    def get(self, request: ApiRequest) -> ApiResponse:
        """Their names, in the order in which they are built."""
        return ApiResponse([type.value for type in TableType], xml="tableTypes")
