"""Jobs of metadata: the import of `POST /api/metadata?async=true`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from dhis2api.objects import async_imports
from dhis2api.objects.body_importing import import_body
from dhis2api.objects.formats.bodies import body_type
from dhis2api.objects.importer import ImportReport
from dhis2api.objects.importer.report import Stats
from dhis2api.objects.params import MetadataBodyParams
from dhis2api.web.responses import ApiResponse
from dhis2api.web.views import ApiRequest
from scheduling.answers import answer_async
from scheduling.job_runs import MOST_ERRORS, JobRun
from scheduling.job_types import JobType
from scheduling.registry import Outcome, job

ENDED = "Import complete with status {}, {} created, {} updated, {} deleted, {} ignored"


def failed_import(run: JobRun, reason: str) -> Outcome:
    """An import that could not be carried out, an unreadable body among them: an ERROR report without objects."""
    shown = bare(ImportReport("ERROR", Stats(), []))
    return Outcome(shown | {"message": reason}, ended(shown), is_error=True)


# Users come with their passwords.
@job(JobType.METADATA_IMPORT, parameters=MetadataBodyParams, has_secrets=True, failed=failed_import)
def metadata_import(run: JobRun) -> Outcome:
    """The same import as without `async`."""
    with run.open_body() as body:
        report = import_body(body, run.body_format, params=run.parameters, user=run.user)
    shown = bare(report)
    return Outcome(
        shown, ended(shown), is_error=report.status == "ERROR", errors=list(islice(_errors(shown), MOST_ERRORS))
    )


def _errors(shown: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What was wrong with which object, as `/api/jobConfigurations/errors` tells it."""
    for types in shown["typeReports"]:
        for found in types["objectReports"]:
            for error in found["errorReports"]:
                yield {
                    "code": error["errorCode"], "id": found["uid"], "type": types["klass"].rpartition(".")[2],
                    "args": error["args"], "message": error["message"],
                }  # fmt: skip


def bare(report: ImportReport) -> dict[str, Any]:
    """The report as it stands at `/api/system/taskSummaries`: the response of the request, without its type."""
    return {name: value for name, value in report.to_dict().items() if name != "responseType"}


def ended(shown: dict[str, Any]) -> str:
    """The line that ends the log."""
    stats = shown["stats"]
    return ENDED.format(shown["status"], stats["created"], stats["updated"], stats["deleted"], stats["ignored"])


def start_metadata_import(request: ApiRequest, params: MetadataBodyParams) -> ApiResponse:
    """Accept the request's body as a job."""
    return answer_async(request, JobType.METADATA_IMPORT, params, body_format=body_type(request))


async_imports.register(start_metadata_import)
