"""Routes below `/api/`."""

from __future__ import annotations

from django.urls import path

from datavalues.approvals import views as approvals
from datavalues.audits.views import AuditedFileView, DataValueAuditsView
from datavalues.entry.views import FormView, ValueContextView
from datavalues.limits.views import EntryLimitView, LimitSetView, LimitsView
from datavalues.lock_exceptions.views import LockExceptionCombinationsView, LockExceptionsView
from datavalues.models import DataApprovalAction
from datavalues.registrations.views import DataSetCompletionView, RegistrationsView
from datavalues.single.views import DataValuesView, FileContentView, FileView, FollowupsView, FollowupView
from datavalues.views import DataValueSetsView, RemovalView, TemplateView

_approvals = [
    path("dataApprovals", approvals.ApprovalView.as_view()),
    path("dataApprovals/approvals", approvals.ApprovalsView.as_view(), name="data-approvals"),
    path("dataApprovals/multiple", approvals.ApprovalsView.as_view(http_method_names=["get"])),
    path("dataApprovals/status", approvals.ApprovalStatusView.as_view()),
    path("dataApprovals/categoryOptionCombos", approvals.ApprovalCombosView.as_view()),
    path("dataApprovals/unapprovals", approvals.BulkView.as_view(action=DataApprovalAction.UNAPPROVE)),
    path("me/dataApprovalLevels", approvals.UserLevelsView.as_view()),
    path("me/dataApprovalWorkflows", approvals.UserWorkflowsView.as_view()),
    path("audits/dataApproval", approvals.ApprovalAuditView.as_view()),
]
for _base in ("dataAcceptances", "dataApprovals/dataAcceptances"):  # documented, and where DHIS2 2.42 really has it
    _approvals += [
        path(_base, approvals.AcceptanceView.as_view()),
        path(f"{_base}/acceptances", approvals.BulkView.as_view(action=DataApprovalAction.ACCEPT)),
        path(f"{_base}/unacceptances", approvals.BulkView.as_view(action=DataApprovalAction.UNACCEPT)),
    ]
urlpatterns = [
    *_approvals,
    path("lockExceptions", LockExceptionsView.as_view(), name="lock-exceptions"),
    path("lockExceptions/combinations", LockExceptionCombinationsView.as_view()),
    path("minMaxDataElements", LimitsView.as_view(), name="min-max-data-elements"),
    path("minMaxDataElements/upsert", LimitSetView.as_view()),
    path("minMaxDataElements/delete", LimitSetView.as_view(deletes=True)),
    path("dataEntry/minMaxValues", EntryLimitView.as_view()),
    path("dataEntry/dataSetCompletion", DataSetCompletionView.as_view()),
    path("completeDataSetRegistrations", RegistrationsView.as_view()),
    path("dataValueSets", DataValueSetsView.as_view(), name="data-value-sets"),
    path("dataValues", DataValuesView.as_view(), name="data-values"),
    path("dataValues/followup", FollowupView.as_view()),
    path("dataValues/followups", FollowupsView.as_view()),
    path("dataValues/file", FileView.as_view()),
    path("dataValues/files", FileContentView.as_view()),
    path("dataEntry/dataValues", FormView.as_view(), name="data-entry"),
    path("dataEntry/dataValueContext", ValueContextView.as_view()),
    path("audits/dataValue", DataValueAuditsView.as_view(), name="data-value-audits"),
    path("audits/files/<str:uid>", AuditedFileView.as_view()),
    path("dataSets/<str:uid>/dataValueSet", TemplateView.as_view()),
    path("maintenance/softDeletedDataValueRemoval", RemovalView.as_view()),
]
