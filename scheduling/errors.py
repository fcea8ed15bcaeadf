"""What the endpoints of jobs refuse. Source: DHIS2 2.42, scheduling and web conventions."""

from __future__ import annotations

from dhis2api.errors import code, plain

E7000 = code("E7000", "Job of same type already scheduled with cron expression: `{}`")
E7003 = code("E7003", "Only interval property can be configured for non configurable job type: `{}`")
E7004 = code("E7004", "Cron expression must be not null for job with scheduling type CRON: `{}`")
E7005 = code("E7005", "Cron expression is invalid: `{}`")
E7007 = code("E7007", "Delay must be not null for job with scheduling type FIXED_DELAY: `{}`")
E7010 = code("E7010", "Failed to validate job runtime: `{}`")
E7020 = code("E7020", "Job queue does not exist: `{}`", 404)
E7021 = code("E7021", "Job queue already exist: `{}`")
E7022 = code("E7022", "Job `{}` is already used in another queue: `{}`")
E7023 = code("E7023", "Job `{}` is a system job and cannot be used in a queue")
E7024 = code("E7024", "Job queue must have at least two jobs.")

JOB_TYPE_UNKNOWN = plain(400, "Value '{}' is not valid for path parameter jobType. Valid values are: [{}]")
JOB_ID_INVALID = plain(
    400,
    "Value '{}' is not valid for path parameter jobId. UID must be an alphanumeric string of 11 characters starting "
    "with a letter",
)
JOB_UNKNOWN = plain(404, "JobConfiguration with id {} could not be found.")
MUST_BE_CONFIGURABLE = plain(409, "Job {} must be configurable but was not.")
NOT_MODIFIABLE = plain(409, "Job {} is a system job that cannot be modified.")
NOT_DELETABLE = plain(409, "Job {} is a system job that cannot be deleted.")
ALREADY_RUNNING = plain(409, "Job is already running.")
DID_RUN = plain(409, "Job did already run once.")
NOT_RUNNABLE = plain(409, "Failed to transition job into ONCE_ASAP state.")
NEEDS_SCHEDULE = plain(409, "Job requires schedule setup before it can be enabled.")
NOT_RUNNING = plain(409, "Job is not running")
STILL_RUNNING = plain(409, "Failed to transition job from RUNNING state")
