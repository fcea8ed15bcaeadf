"""Bodies of the registry, declared: what is a project, a type, a form, a submission, and which values are none."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
from rest_framework import serializers

from orgunit_changes.dialect.times import DATE_TIME_INVALID
from orgunit_changes.errors import MOST_ITEMS
from orgunit_changes.models import Form, FormVersion, OrgUnitType, Project
from orgunit_changes.registry.references import OrgUnitField, RowField, RowsField

LATEST = 253_402_300_799  # seconds since the epoch: the end of the year 9999
MOST_BYTES = 1024 * 1024  # of the answers of one submission
DEEPEST_LEVEL = 100
MOST_LANGUAGES = 100
LONGEST_TEXT = 1000
QUESTION_INVALID = "Expected an object with `name`, `label` and `type`."
LABEL_INVALID = "A `label` is a text, or an object of texts by language."
NOT_AN_OBJECT = "Expected a dictionary of answers by question."


class DoubleTimeField(serializers.Field):
    """Seconds since the epoch."""

    def to_internal_value(self, data: Any) -> datetime:
        """Errors: ValidationError."""
        if isinstance(data, bool) or not isinstance(data, (int, float)) or not 0 <= data <= LATEST:
            raise serializers.ValidationError(DATE_TIME_INVALID)
        return datetime.fromtimestamp(data, UTC)


class QuestionsField(serializers.Field):
    """`[{"name", "label", "type"}]`; other members are left out."""

    def to_internal_value(self, data: Any) -> list[dict[str, Any]]:
        """Errors: ValidationError."""
        if not isinstance(data, list) or len(data) > MOST_ITEMS:
            raise serializers.ValidationError(f"Expected a list of at most {MOST_ITEMS} questions.")
        return [self._question(item) for item in data]

    def _question(self, item: Any) -> dict[str, Any]:
        if not isinstance(item, dict) or not isinstance(item.get("name"), str) or not item["name"].strip():
            raise serializers.ValidationError(QUESTION_INVALID)
        label, kind = item.get("label", item["name"]), item.get("type", "text")
        texts = list(label.values()) if isinstance(label, dict) else [label]
        if len(texts) > MOST_LANGUAGES or not all(isinstance(text, str) for text in texts):
            raise serializers.ValidationError(LABEL_INVALID)
        if not isinstance(kind, str):
            raise serializers.ValidationError(QUESTION_INVALID)
        if max(map(len, (item["name"], kind, *texts))) > LONGEST_TEXT:
            raise serializers.ValidationError(f"Ensure no text of a question has more than {LONGEST_TEXT} characters.")
        return {"name": item["name"].strip(), "label": label, "type": kind}


class AnswersField(serializers.Field):
    """Question → answer."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Errors: ValidationError."""
        if not isinstance(data, dict):
            raise serializers.ValidationError(NOT_AN_OBJECT)
        if len(orjson.dumps(data)) > MOST_BYTES:
            raise serializers.ValidationError(f"Ensure this field has no more than {MOST_BYTES} bytes.")
        return data


class ProjectBody(serializers.Serializer):
    """A project."""

    name = serializers.CharField(max_length=255)
    app_id = serializers.CharField(max_length=255)
    color = serializers.RegexField(r"\A#[0-9a-fA-F]{6}\Z", required=False)
    needs_authentication = serializers.BooleanField(required=False)
    org_unit_type_ids = RowsField(OrgUnitType.objects.all(), required=False)
    form_ids = RowsField(Form.objects.filter(deleted_at=None), required=False)


class OrgUnitTypeBody(serializers.Serializer):
    """An org unit type."""

    name = serializers.CharField(max_length=255)
    short_name = serializers.CharField(max_length=255, required=False)
    depth = serializers.IntegerField(min_value=1, max_value=DEEPEST_LEVEL, required=False, allow_null=True)
    project_ids = RowsField(Project.objects.all(), required=False)
    reference_form_ids = RowsField(Form.objects.filter(deleted_at=None), required=False)


class FormVersionBody(serializers.Serializer):
    """One version of a form."""

    version_id = serializers.CharField(max_length=255)
    questions = QuestionsField(required=False)


class FormBody(serializers.Serializer):
    """A form; versions that are not named stay, since submissions refer to them."""

    name = serializers.CharField(max_length=255)
    project_ids = RowsField(Project.objects.all(), required=False)
    versions = FormVersionBody(many=True, required=False, max_length=MOST_ITEMS)


class InstanceBody(serializers.Serializer):
    """A submission. Times are the device's."""

    uuid = serializers.UUIDField(required=False)
    form_id = RowField(Form.objects.filter(deleted_at=None))
    form_version_id = RowField(FormVersion.objects.all(), required=False, allow_null=True)
    org_unit_id = OrgUnitField()
    project_id = RowField(Project.objects.all(), required=False, allow_null=True)
    json = AnswersField()
    created_at = DoubleTimeField(required=False, allow_null=True)
    updated_at = DoubleTimeField(required=False, allow_null=True)
    is_reference = serializers.BooleanField(required=False)
