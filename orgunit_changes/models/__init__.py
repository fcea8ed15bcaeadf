"""Everything that change requests keep beside the metadata."""

from orgunit_changes.models.forms import Form, FormVersion, Instance, ReferenceInstance
from orgunit_changes.models.projects import OrgUnitProfile, OrgUnitType, Project, SourceVersion
from orgunit_changes.models.requests import AppliedChange, OrgUnitChangeRequest, Status

__all__ = [
    "AppliedChange", "Form", "FormVersion", "Instance", "OrgUnitChangeRequest", "OrgUnitProfile", "OrgUnitType",
    "Project", "ReferenceInstance", "SourceVersion", "Status",
]  # fmt: skip
