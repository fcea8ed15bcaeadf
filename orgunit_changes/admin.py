"""The Django admin: projects, types, forms and submissions are edited here, too; requests and their history are shown.

Reviews go through the API: the admin knows no rules of org units.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import transaction

from dhis2api.objects.admin import ReadOnlyAdmin
from orgunit_changes.models import (
    AppliedChange,
    Form,
    FormVersion,
    Instance,
    OrgUnitChangeRequest,
    OrgUnitProfile,
    OrgUnitType,
    Project,
    ReferenceInstance,
    SourceVersion,
)
from orgunit_changes.stamps import lock_stamps, next_stamp, next_stamps, stamp_requests_with


class RowsAdmin(admin.ModelAdmin):
    """A list without expensive totals."""

    list_per_page = 50
    show_full_result_count = False


@admin.register(Project)
class ProjectAdmin(RowsAdmin):
    """The default one stays: rows are found without a project through it."""

    list_display = ("name", "app_id", "needs_authentication", "is_default")
    list_filter = ("needs_authentication",)
    search_fields = ("name", "app_id")
    readonly_fields = ("is_default",)
    filter_horizontal = ("forms",)
    actions = None

    def has_delete_permission(self, request: Any, obj: Project | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj is not None and obj.is_default)


@admin.register(OrgUnitType)
class OrgUnitTypeAdmin(RowsAdmin):
    """Types of org units."""

    list_display = ("name", "short_name", "depth")
    list_filter = ("projects",)
    search_fields = ("name", "short_name")
    filter_horizontal = ("projects", "reference_forms")


class FormVersionInline(admin.TabularInline):
    """The versions of a form, on its page."""

    model = FormVersion
    extra = 0


@admin.register(Form)
class FormAdmin(RowsAdmin):
    """Deleted forms are listed: taking the date away brings one back."""

    list_display = ("name", "created_at", "updated_at", "deleted_at")
    list_filter = ("projects", ("deleted_at", admin.EmptyFieldListFilter))
    search_fields = ("name",)
    inlines = (FormVersionInline,)

    def save_model(self, request: Any, obj: Form, form: Any, change: bool) -> None:
        """Deleted or back again, its submissions and what asks for them are stamped."""
        with transaction.atomic():
            lock_stamps()
            super().save_model(request, obj, form, change)
            if "deleted_at" in form.changed_data:
                obj.instances.update(updated_at=next_stamps())
                stamp_requests_with(obj.instances.all())


@admin.register(Instance)
class InstanceAdmin(RowsAdmin):
    """Submissions. They are marked as deleted, never removed: requests refer to them."""

    list_display = ("uuid", "form", "org_unit", "project", "created_by", "updated_at", "deleted")
    list_filter = ("form", "project", "deleted")
    list_select_related = ("form", "org_unit", "project", "created_by")
    search_fields = ("uuid", "org_unit__name", "org_unit__uid")
    raw_id_fields = ("form_version", "org_unit", "created_by")
    readonly_fields = ("created_at", "updated_at")
    actions = None

    def save_model(self, request: Any, obj: Instance, form: Any, change: bool) -> None:
        """With a stamp, so that phones see it."""
        with transaction.atomic():
            lock_stamps()
            obj.updated_at = next_stamp()
            obj.created_at = obj.created_at or obj.updated_at
            super().save_model(request, obj, form, change)
            stamp_requests_with(Instance.objects.filter(pk=obj.pk))

    def has_delete_permission(self, request: Any, obj: Instance | None = None) -> bool:
        return False


@admin.register(ReferenceInstance)
class ReferenceInstanceAdmin(RowsAdmin):
    """Which submission stands for which org unit."""

    list_display = ("org_unit", "form", "instance")
    list_filter = ("form",)
    list_select_related = ("org_unit", "form", "instance")
    search_fields = ("org_unit__name", "org_unit__uid", "instance__uuid")
    raw_id_fields = ("org_unit", "instance")

    def save_model(self, request: Any, obj: ReferenceInstance, form: Any, change: bool) -> None:
        """The submission is stamped: phones ask for references by when those changed."""
        with transaction.atomic():
            lock_stamps()
            super().save_model(request, obj, form, change)
            Instance.objects.filter(pk=obj.instance_id).update(updated_at=next_stamp())


@admin.register(OrgUnitProfile)
class OrgUnitProfileAdmin(RowsAdmin):
    """The companions of org units: they come and go with them."""

    list_display = ("org_unit", "uuid", "org_unit_type", "version")
    list_filter = ("org_unit_type", "version")
    list_select_related = ("org_unit", "org_unit_type", "version")
    search_fields = ("org_unit__name", "org_unit__uid", "uuid")
    raw_id_fields = ("org_unit",)
    readonly_fields = ("org_unit", "uuid")
    actions = None

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: OrgUnitProfile | None = None) -> bool:
        return False


@admin.register(SourceVersion)
class SourceVersionAdmin(RowsAdmin):
    """Versions of the hierarchy; the default one holds all of DHIS2's."""

    list_display = ("number", "is_default")
    readonly_fields = ("is_default",)
    actions = None

    def has_delete_permission(self, request: Any, obj: SourceVersion | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj is not None and obj.is_default)


@admin.register(OrgUnitChangeRequest)
class OrgUnitChangeRequestAdmin(ReadOnlyAdmin):
    """Requests, to look at."""

    list_display = ("uuid", "org_unit", "status", "requested_fields", "created_by", "created_at", "updated_at")
    list_filter = ("status", "old_org_unit_type", ("deleted_at", admin.EmptyFieldListFilter))
    list_select_related = ("org_unit", "created_by")
    search_fields = ("uuid", "org_unit__name", "org_unit__uid", "created_by__username")
    raw_id_fields = ("org_unit", "new_parent", "old_parent", "created_by", "updated_by")
    ordering = ("-pk",)


@admin.register(AppliedChange)
class AppliedChangeAdmin(ReadOnlyAdmin):
    """What approvals did, to look at."""

    list_display = ("org_unit_uid", "request_uuid", "fields", "applied_by", "applied_at")
    list_select_related = ("applied_by",)
    search_fields = ("org_unit_uid", "request_uuid", "applied_by__username")
    raw_id_fields = ("request", "applied_by")
    ordering = ("-pk",)
