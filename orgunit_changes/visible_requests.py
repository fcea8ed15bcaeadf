"""Which requests lists show: those on units in sight that still ask for something that can be used."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from orgunit_changes.models import Instance, OrgUnitChangeRequest
from orgunit_changes.visibility import Sight

INSTANCES_ALONE = ["new_reference_instances"]


def requests_in_sight(sight: Sight) -> QuerySet[OrgUnitChangeRequest]:
    """The requests that somebody's lists show, in no order."""
    return OrgUnitChangeRequest.objects.filter(sight.to_q()).exclude(_asks_for_nothing_usable())


def live_instances() -> QuerySet[Instance]:
    """Submissions that are not deleted, nor their forms."""
    return Instance.objects.filter(deleted=False, form__deleted_at=None)


def _asks_for_nothing_usable() -> Q:
    """Submissions alone, all of which are deleted, or one of which an app could not open."""
    own = OrgUnitChangeRequest.new_reference_instances.through.objects.filter(
        orgunitchangerequest_id=OuterRef("pk"), instance__in=live_instances()
    )
    # None is JSON's null here, which is no answer either.
    no_answers = Q(instance__json__isnull=True) | Q(instance__json=None)
    unusable = own.filter(no_answers | Q(instance__form_version=None))
    return Q(requested_fields=INSTANCES_ALONE) & (~Q(Exists(own)) | Q(Exists(unusable)))
