"""Tables of the app. Data values themselves are a table without a model: see `migrations/0001_initial`."""

from datavalues.models.approvals import DataApproval, DataApprovalAction, DataApprovalAudit
from datavalues.models.completeness import CompleteDataSetRegistration
from datavalues.models.limits import MinMaxDataElement
from datavalues.models.lock_exceptions import LockException
from datavalues.models.value_files import DataValueFile

__all__ = [
    "CompleteDataSetRegistration",
    "DataApproval",
    "DataApprovalAction",
    "DataApprovalAudit",
    "DataValueFile",
    "LockException",
    "MinMaxDataElement",
]
