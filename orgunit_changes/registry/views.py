"""`/api/projects`, `/api/orgunittypes`, `/api/forms` and `/api/instances`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.serializers import Serializer

from dhis2api.web.responses import ApiResponse, no_content
from dhis2api.web.views import ApiRequest
from orgunit_changes.apps import MANAGE_AUTHORITY
from orgunit_changes.dialect.paging import page_asked, page_of
from orgunit_changes.dialect.views import DialectView, read_object, takes
from orgunit_changes.errors import FORBIDDEN, forbid
from orgunit_changes.registry import bodies, forms, instances, projects, types
from orgunit_changes.registry.references import filtered_project, row_of, validated


class Resource:
    """What the views of one kind of thing share; functions of its module."""

    def __init__(
        self, body: type[Serializer], rows: Callable[[], QuerySet[Any]],
        chosen: Callable[[Mapping[str, str]], QuerySet[Any]], show: Callable[[Any], dict[str, Any]],
        save: Callable[[Any, Mapping[str, Any]], int], delete: Callable[[Any], None],
    ) -> None:  # fmt: skip
        self.body, self.rows, self.chosen, self.show, self.save, self.delete = body, rows, chosen, show, save, delete


PROJECTS = Resource(
    bodies.ProjectBody, projects.all_projects, projects.filter_projects, projects.show_project, projects.save_project,
    projects.delete_project,
)  # fmt: skip
TYPES = Resource(
    bodies.OrgUnitTypeBody, types.all_types, types.filter_types, types.show_type, types.save_type, types.delete_type
)
FORMS = Resource(
    bodies.FormBody, forms.all_forms, forms.filter_forms, forms.show_form, forms.save_form, forms.delete_form
)


class RegistryListView(DialectView):
    """All of a kind. Everybody reads; who manages creates."""

    resource = PROJECTS  # set by the route

    @takes("app_id", "project", "search", "page", "limit")
    def get(self, request: ApiRequest) -> ApiResponse:
        """A page of those that are asked for."""
        query = request.query_params
        page = page_of(self.resource.chosen(query), page_asked(query))
        return ApiResponse(page.envelope([self.resource.show(row) for row in page.rows]))

    def post(self, request: ApiRequest) -> ApiResponse:
        """Create one."""
        require_manager(request)
        pk = self.resource.save(None, validated(self.resource.body, read_object(request)))
        return ApiResponse(self.resource.show(self.resource.rows().get(pk=pk)), 201)


class RegistryView(DialectView):
    """One of a kind."""

    resource = PROJECTS  # set by the route

    def get(self, request: ApiRequest, id: str) -> ApiResponse:
        """Show it."""
        return ApiResponse(self.resource.show(row_of(self.resource.rows(), id)))

    def put(self, request: ApiRequest, id: str) -> ApiResponse:
        """Change it; links that are not named stay."""
        return self._save(request, id, partial=False)

    def patch(self, request: ApiRequest, id: str) -> ApiResponse:
        """Change what is named."""
        return self._save(request, id, partial=True)

    def delete(self, request: ApiRequest, id: str) -> HttpResponse:
        """Delete it, unless it is used."""
        require_manager(request)
        self.resource.delete(row_of(self.resource.rows(), id))
        return no_content()

    def _save(self, request: ApiRequest, id: str, *, partial: bool) -> ApiResponse:
        require_manager(request)
        row = row_of(self.resource.rows(), id)
        saved = self.resource.save(row, validated(self.resource.body, read_object(request), partial=partial))
        return ApiResponse(self.resource.show(row_of(self.resource.rows(), str(saved))))


class InstancesView(DialectView):
    """Submissions about org units that the caller sees."""

    @takes("app_id", "project", "form_id", "org_unit_id", "page", "limit")
    def get(self, request: ApiRequest) -> ApiResponse:
        """A page of those that are asked for."""
        query = request.query_params
        page = page_of(instances.filter_instances(request.user, query), page_asked(query))
        return ApiResponse(page.envelope([instances.show_instance(row) for row in page.rows]))

    @takes("app_id")
    def post(self, request: ApiRequest) -> ApiResponse:
        """Submit; once, however often the same uuid is sent."""
        body = read_object(request)
        repeated = instances.find_repeated(body.get("uuid"))
        if repeated is not None:
            return self._answer(request, repeated.pk)
        members = validated(bodies.InstanceBody, body)
        if (project := filtered_project({"app_id": request.query_params.get("app_id", "")})) is not None:
            members.setdefault("project_id", project)
        return self._answer(request, instances.create_instance(members, request.user))

    def _answer(self, request: ApiRequest, pk: int) -> ApiResponse:
        shown = instances.visible_instances(request.user).filter(pk=pk).first()
        # One that the caller does not see any more must not be sent for ever.
        return ApiResponse(instances.show_instance(shown) if shown is not None else {"id": pk}, 201)


class InstanceView(DialectView):
    """One submission."""

    def get(self, request: ApiRequest, id: str) -> ApiResponse:
        """Show it."""
        return ApiResponse(instances.show_instance(row_of(instances.visible_instances(request.user), id)))

    def put(self, request: ApiRequest, id: str) -> ApiResponse:
        """Change it."""
        return self._save(request, id, partial=False)

    def patch(self, request: ApiRequest, id: str) -> ApiResponse:
        """Change what is named."""
        return self._save(request, id, partial=True)

    def delete(self, request: ApiRequest, id: str) -> HttpResponse:
        """Delete it."""
        instances.delete_instance(row_of(instances.visible_instances(request.user), id).pk, request.user)
        return no_content()

    def _save(self, request: ApiRequest, id: str, *, partial: bool) -> ApiResponse:
        row = row_of(instances.visible_instances(request.user), id)
        members = validated(bodies.InstanceBody, read_object(request), partial=partial)
        instances.change_instance(row.pk, members, request.user)
        return ApiResponse(instances.show_instance(row_of(instances.visible_instances(request.user), id)))


def require_manager(request: ApiRequest) -> None:
    """Errors: 403 without the authority to manage."""
    if not request.user.principal.has_any((MANAGE_AUTHORITY,)):
        raise forbid(FORBIDDEN)
