"""Files of values after a write: what a value has come to name is its own, what it no longer names is free."""

from __future__ import annotations

from django.db.models import Q

from files.models import FileResource
from tracker.importer.writing.writer import Writer
from tracker.models import TrackerFile


def settle_files(writer: Writer) -> None:
    """Make the values that were written the owners of the files that they name. Constant number of queries."""
    if not writer.files:
        return
    places = {owner: uid for uid, *owner_ in writer.files for owner in [tuple(owner_)]}
    stale = Q(pk__in=[])
    entities = [(owner[0], owner[1]) for owner in places if owner[0] is not None]
    events = [(owner[2], owner[3]) for owner in places if owner[2] is not None]
    if entities:
        stale |= Q(tracked_entity_id__in=[one for one, _ in entities], attribute_id__in={two for _, two in entities})
    if events:
        stale |= Q(event_id__in=[one for one, _ in events], data_element_id__in={two for _, two in events})
    owned = {
        (row.tracked_entity_id, row.attribute_id, row.event_id, row.data_element_id): row
        for row in TrackerFile.objects.filter(stale)
    }
    keys = dict(FileResource.objects.filter(uid__in=[uid for uid in places.values() if uid]).values_list("uid", "pk"))
    freed = [owned[owner] for owner, uid in places.items() if owner in owned and owned[owner].file_id != keys.get(uid)]
    TrackerFile.objects.filter(pk__in=[row.pk for row in freed]).delete()
    FileResource.objects.filter(pk__in=[row.file_id for row in freed]).update(assigned=False)
    taken = [
        (owner, keys[uid]) for owner, uid in places.items()
        if uid in keys and (owner not in owned or owned[owner].file_id != keys[uid])
    ]  # fmt: skip
    TrackerFile.objects.bulk_create(
        TrackerFile(file_id=key, tracked_entity_id=owner[0], attribute_id=owner[1], event_id=owner[2],
                    data_element_id=owner[3])
        for owner, key in taken
    )  # fmt: skip
    FileResource.objects.filter(pk__in=[key for _, key in taken]).update(assigned=True)
