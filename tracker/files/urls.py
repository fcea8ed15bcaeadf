"""Routes below `/api/` of files of values."""

from __future__ import annotations

from django.urls import path

from tracker.files.views import AttributeFileView, ValueFileView

_ATTRIBUTE = "tracker/trackedEntities/<str:uid>/attributes/<str:attribute>"
_DATA_VALUE = "tracker/events/<str:uid>/dataValues/<str:data_element>"

urlpatterns = [
    path(f"{_ATTRIBUTE}/file", AttributeFileView.as_view()),
    path(f"{_ATTRIBUTE}/image", AttributeFileView.as_view(is_image=True)),
    path(f"{_DATA_VALUE}/file", ValueFileView.as_view()),
    path(f"{_DATA_VALUE}/image", ValueFileView.as_view(is_image=True)),
]
