"""Routes below `/api/` of maintenance. Removals and option combos are tasks of the apps that keep them."""

from __future__ import annotations

from django.urls import path

from system.maintenance.views import AppReloadView, MaintenanceView, PruningView, TaskView

TOP = "maintenance"
# The name in the address → the task.
TASKS = {
    "analyticsTablesClear": "analytics_table_clear",
    "analyticsTablesAnalyze": "analytics_table_analyze",
    "expiredInvitationsClear": "expired_invitations_clear",
    "ouPathsUpdate": "ou_paths_update",
    "periodPruning": "period_pruning",
    "zeroDataValueRemoval": "zero_data_value_removal",
    "sqlViewsDrop": "sql_views_drop",
    "sqlViewsCreate": "sql_views_create",
    "cacheClear": "cache_clear",
    "cache": "cache_clear",
}

urlpatterns = [
    path(TOP, MaintenanceView.as_view()),
    path(f"{TOP}/appReload", AppReloadView.as_view()),
    path(f"{TOP}/dataPruning/organisationUnits/<str:uid>", PruningView.as_view(singular="organisationUnit")),
    path(f"{TOP}/dataPruning/dataElements/<str:uid>", PruningView.as_view(singular="dataElement")),
    *(path(f"{TOP}/{name}", TaskView.as_view(task=task)) for name, task in TASKS.items()),
]
