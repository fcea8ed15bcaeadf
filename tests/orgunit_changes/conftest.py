"""Who acts in tests of change requests, with nothing of the demo's in the way."""

from __future__ import annotations

import pytest

from metadata.models import OrganisationUnit, OrganisationUnitGroup
from orgunit_changes.models import OrgUnitChangeRequest, ReferenceInstance
from tests.orgunit_changes.approving import LONG_AGO
from tests.orgunit_changes.world import reviewer, worker


@pytest.fixture
def field_worker(db: None) -> None:
    """`worker` uploads; nobody has before."""
    worker()
    OrgUnitChangeRequest.objects.all().delete()


@pytest.fixture
def quiet_reviewer(db: None) -> None:
    """`reviewer` approves what changes org units and groups that nobody has touched for long."""
    reviewer()
    ReferenceInstance.objects.all().delete()
    OrganisationUnit.objects.update(last_updated=LONG_AGO)
    OrganisationUnitGroup.objects.update(last_updated=LONG_AGO)
