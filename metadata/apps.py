"""Django's entry to the app; gives users their org units."""

from django.apps import AppConfig


class MetadataConfig(AppConfig):
    name = "metadata"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """A user's org units and dimensions are tables of this app: contribute them to the lower app's type. Then the
        rules, and what CSV files describe."""
        from dhis2api.objects.registry import contribute
        from files.enums import FileResourceDomain
        from files.holders import mentions
        from files.references import hold_files
        from metadata import csv_columns, rules
        from metadata.document_files import files_of_documents
        from metadata.models import (
            CaptureOrganisationUnit,
            CategoryConstraint,
            DataViewOrganisationUnit,
            GroupSetConstraint,
            OrganisationUnit,
            SearchOrganisationUnit,
        )

        for name, model in (
            ("organisationUnits", CaptureOrganisationUnit),
            ("dataViewOrganisationUnits", DataViewOrganisationUnit),
            ("teiSearchOrganisationUnits", SearchOrganisationUnit),
        ):
            related_name = model._meta.get_field("user").remote_field.related_name
            contribute(
                "user", name, target="organisationUnit", model=model, owner_column="user_id",
                member_column="organisation_unit_id", query_path=f"{related_name}__organisation_unit",
            )  # fmt: skip
        contribute(
            "user", "catDimensionConstraints", target="category", model=CategoryConstraint, owner_column="user_id",
            member_column="category_id", query_path="category_constraint_rows__category",
        )  # fmt: skip
        contribute(
            "user", "cogsDimensionConstraints", target="categoryOptionGroupSet", model=GroupSetConstraint,
            owner_column="user_id", member_column="category_option_group_set_id",
            query_path="group_set_constraint_rows__category_option_group_set",
        )  # fmt: skip
        contribute(
            "organisationUnit", "users", target="user", model=CaptureOrganisationUnit,
            owner_column="organisation_unit_id", member_column="user_id", query_path="users_rows__user", owner=False,
        )  # fmt: skip
        rules.register()
        mentions.append(files_of_documents)
        hold_files(OrganisationUnit, "organisationUnit", "image", FileResourceDomain.ORG_UNIT)
        csv_columns.register()
