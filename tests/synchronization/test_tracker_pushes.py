"""Pushes of tracker data against a remote that answers what a test tells it to."""

from __future__ import annotations

from typing import Any

import pytest

from scheduling.job_types import JobType
from scheduling.models import Job, Status
from synchronization.models import PushedObject
from synchronization.params import TrackerSyncParams
from synchronization.summaries import Summary
from synchronization.tracker.reports import GONE, refusals
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.synchronization.conftest import log_of, run_job
from tests.synchronization.stranger import Asked, Reply, Stranger, json_reply
from tests.tracker import world
from tracker.models import Enrollment, Event, TrackedEntity
from synchronization.tracker.payloads import Payloads
