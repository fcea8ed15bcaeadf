"""Django's entry to the app."""

from django.apps import AppConfig


class SynchronizationConfig(AppConfig):
    name = "synchronization"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Jobs that push to the remote are refused while there is none."""
        from scheduling.environments import environments
        from scheduling.job_types import JobType
        from synchronization.availability import describe_unconfigured

        for type in (
            JobType.DATA_SYNC, JobType.META_DATA_SYNC, JobType.SINGLE_EVENT_DATA_SYNC, JobType.TRACKED_ENTITY_DATA_SYNC,
        ):  # fmt: skip
            environments[type] = describe_unconfigured
