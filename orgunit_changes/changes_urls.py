"""Routes of change requests on the web."""

from __future__ import annotations

from django.urls import path

from orgunit_changes.exports.views import CsvExportView, XlsxExportView
from orgunit_changes.review.views import BulkDeleteView, BulkReviewView, HistoryView
from orgunit_changes.views import ChangesView, ChangeView

urlpatterns = [
    path("orgunits/changes", ChangesView.as_view()),
    path("orgunits/changes/bulk_review", BulkReviewView.as_view()),
    path("orgunits/changes/bulk_delete", BulkDeleteView.as_view()),
    path("orgunits/changes/export_to_csv", CsvExportView.as_view()),
    path("orgunits/changes/export_to_xlsx", XlsxExportView.as_view()),
    path("orgunits/changes/<str:id>", ChangeView.as_view()),
    path("orgunits/changes/<str:id>/history", HistoryView.as_view()),
]
