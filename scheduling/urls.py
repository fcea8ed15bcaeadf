"""Routes below `/api/`."""

from __future__ import annotations

from django.urls import path

from dhis2api.objects.registry import get_schema
from dhis2api.objects.urls import object_routes
from scheduling import configuration_views as jobs
from scheduling import scheduler_views as overview
from scheduling.views import SummaryView, TasksView, TaskView, TypeSummariesView, TypeTasksView

_schema = get_schema("jobConfiguration")

urlpatterns = [
    path("system/tasks", TasksView.as_view(), name="tasks"),
    path("system/tasks/<str:job_type>", TypeTasksView.as_view()),
    path("system/tasks/<str:job_type>/<str:uid>", TaskView.as_view()),
    path("system/taskSummaries/<str:job_type>", TypeSummariesView.as_view()),
    path("system/taskSummaries/<str:job_type>/<str:uid>", SummaryView.as_view()),
    path("scheduler", overview.SchedulerView.as_view()),
    path("scheduler/queueable", overview.QueueableView.as_view()),
    path("scheduler/queues", overview.QueuesView.as_view()),
    path("scheduler/queues/<str:name>", overview.QueueView.as_view()),
    path("scheduling/running/types", overview.RunningTypesView.as_view()),
    path("scheduling/running", overview.RunningView.as_view()),
    path("scheduling/completed", overview.CompletedView.as_view()),
    path("scheduling/running/<str:job_type>", overview.RunningTypeView.as_view()),
    path("scheduling/completed/<str:job_type>", overview.CompletedTypeView.as_view()),
    path("scheduling/cancel/<str:job_type>", overview.CancelTypeView.as_view()),
    path("jobConfigurations/jobTypes", jobs.JobTypesView.as_view()),
    path("jobConfigurations/jobTypesExtended", jobs.JobTypesExtendedView.as_view()),
    path("jobConfigurations/errors", jobs.AllRunErrorsView.as_view()),
    path("jobConfigurations/due", jobs.DueView.as_view()),
    path("jobConfigurations/stale", jobs.StaleView.as_view()),
    path("jobConfigurations/clean", jobs.CleanView.as_view()),
    path("jobConfigurations/<str:uid>/execute", jobs.ExecuteView.as_view()),
    path("jobConfigurations/<str:uid>/enable", jobs.EnableView.as_view(enabled=True)),
    path("jobConfigurations/<str:uid>/disable", jobs.EnableView.as_view(enabled=False)),
    path("jobConfigurations/<str:uid>/cancel", jobs.CancelView.as_view()),
    path("jobConfigurations/<str:uid>/revert", jobs.RevertView.as_view()),
    path("jobConfigurations/<str:uid>/progress", jobs.ProgressView.as_view()),
    path("jobConfigurations/<str:uid>/progress/errors", jobs.ProgressErrorsView.as_view()),
    path("jobConfigurations/<str:uid>/errors", jobs.RunErrorsView.as_view()),
    *object_routes(_schema, jobs.JobConfigurationsView, jobs.JobConfigurationView),
    # What the documentation of 2.36 calls one job.
    path("jobConfiguration/<str:uid>", jobs.JobConfigurationView.as_view(object_schema=_schema)),
]
