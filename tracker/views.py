"""`/api/tracker`: individual data in; and what became of imports that ran as jobs."""

from __future__ import annotations

import io
import json
from typing import ClassVar

from dhis2api.errors import ApiError
from dhis2api.web.base_url import api_base
from dhis2api.web.bodies import discard_rest, open_body, read_json_stream
from dhis2api.web.messages import ok
from dhis2api.web.negotiation import CSV, JSON, SYNONYMS
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse
from dhis2api.web.views import ApiRequest, ApiView
from scheduling.enqueueing import enqueue
from scheduling.job_types import JobType
from scheduling.tasks import find_summary, log_of_job
from tracker.errors import NO_REPORT
from tracker.importer.bodies import decoder_of
from tracker.importer.flatten import flatten
from tracker.importer.pipeline import import_tracker_objects
from tracker.importer.profile import wire_profile
from tracker.importer.report import shown_report
from tracker.importer.schemes import schemes_of
from tracker.params import ReportParams, TrackerImportParams

NO_STORE = {"Cache-Control": "no-cache, no-store, max-age=0, must-revalidate"}


class TrackerView(ApiView):
    """Tracker objects."""

    renders: ClassVar = (JSON,)
    consumes: ClassVar = {"post": (JSON, CSV)}

    @declares(TrackerImportParams)
    def post(self, request: ApiRequest, params: TrackerImportParams) -> ApiResponse:
        """Import a bundle, nested or flat; as a job unless `async=false`."""
        schemes_of(params)
        profile = wire_profile(request.explicit_version)
        data, format = read_body(request)
        decode = decoder_of(data, format, params)
        if params.run_async:
            flatten(decode(), profile)  # what cannot be read is told at once, not by the job
            return answer_started(request, params, data, format)
        report = import_tracker_objects(decode, params=params, user=request.user, profile=profile)
        shown = shown_report(report.to_dict(), params.report_mode, request.explicit_version)
        return ApiResponse(shown, status=409 if report.is_error else 200)


class JobLogView(ApiView):
    """The log of an import that runs as a job."""

    renders: ClassVar = (JSON,)

    def get(self, request: ApiRequest, uid: str) -> ApiResponse:
        """Newest entry first; empty for a job that nobody knows."""
        return ApiResponse(log_of_job(request.user.principal, JobType.TRACKER_IMPORT_JOB, uid), headers=NO_STORE)


class JobReportView(ApiView):
    """The report of an import that ran as a job."""

    renders: ClassVar = (JSON,)

    @declares(ReportParams)
    def get(self, request: ApiRequest, params: ReportParams, uid: str) -> ApiResponse:
        """200 whatever became of the import; 404 while there is no report."""
        summary = find_summary(request.user.principal, JobType.TRACKER_IMPORT_JOB, uid)
        if summary is None:
            raise ApiError(NO_REPORT, uid)
        shown = shown_report(json.loads(summary), params.report_mode, request.explicit_version)
        return ApiResponse(shown, headers=NO_STORE)


def read_body(request: ApiRequest) -> tuple[bytes, str]:
    """The whole body, decompressed, and its format. Errors: ApiError 400 and 413."""
    media_type = request.content_type.partition(";")[0].strip().lower()
    is_csv = SYNONYMS.get(media_type, media_type) == CSV
    try:
        with open_body(request) as body:
            return (body.read(), "csv") if is_csv else (read_json_stream(body), "json")
    except ApiError:
        discard_rest(request)
        raise


def answer_started(request: ApiRequest, params: TrackerImportParams, data: bytes, format: str) -> ApiResponse:
    """200 for an import that was accepted as a job, with where to ask for it."""
    job = enqueue(
        JobType.TRACKER_IMPORT_JOB, params=params, user=request.user, body=io.BytesIO(data), body_format=format,
        version=request.explicit_version,
    )  # fmt: skip
    location = f"{api_base(request._request)}/tracker/jobs/{job.uid}"
    response = {"responseType": "TrackerJob", "id": job.uid, "location": location}
    return ok("Tracker job added", response, location=location)
