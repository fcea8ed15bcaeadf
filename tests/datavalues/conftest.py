"""Who sends and reads data here, and metadata that the demo lacks."""

from __future__ import annotations

import pytest
from django.contrib.auth.hashers import make_password

from dhis2api.demo import identifiers as ids
from metadata.models import CaptureOrganisationUnit, DataApprovalWorkflow, DataSet, OrganisationUnit
from tests.datavalues.locks import workflow
from tests.harness.client import PERSONA_PASSWORD
from tests.personas import persona
from users.models import User


def capturing(user: User, *uids: str) -> User:
    """The same user, entering data in these org units and below."""
    for unit in OrganisationUnit.objects.filter(uid__in=uids):
        CaptureOrganisationUnit.objects.create(user=user, organisation_unit=unit)
    return user


def _from_demo(username: str) -> User:
    user = User.objects.get(username=username)
    user.password = make_password(PERSONA_PASSWORD)
    user.save()
    return user


@pytest.fixture
def badjia_clerk(db: None) -> User:
    """Enters and reads data in Badjia, where Ngelehun lies, and nowhere else."""
    return _from_demo("badjia_clerk")


@pytest.fixture
def bo_officer(db: None) -> User:
    """Enters and reads data in the district of Bo; reviews maternal deaths."""
    return _from_demo("bo_officer")


@pytest.fixture
def reader(db: None) -> User:
    """Sees the whole country's data, and may not enter any."""
    return capturing(persona("reader"), ids.SIERRA_LEONE)


@pytest.fixture
def levels(db: None) -> DataApprovalWorkflow:
    """The country, the district and the clinics approve; only Ngelehun reports."""
    reporting = DataSet.objects.get(uid=ids.MORTALITY).organisation_units
    reporting.set(OrganisationUnit.objects.filter(uid=ids.NGELEHUN_CHC))
    return workflow(1, 2, 4)
