"""Routes below `/api/`."""

from __future__ import annotations

from django.urls import path

from scheduling.views import SummaryView, TasksView, TaskView, TypeSummariesView, TypeTasksView

urlpatterns = [
    path("system/tasks", TasksView.as_view(), name="tasks"),
    path("system/tasks/<str:job_type>", TypeTasksView.as_view()),
    path("system/tasks/<str:job_type>/<str:uid>", TaskView.as_view()),
    path("system/taskSummaries/<str:job_type>", TypeSummariesView.as_view()),
    path("system/taskSummaries/<str:job_type>/<str:uid>", SummaryView.as_view()),
]
