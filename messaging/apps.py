"""Django's entry to the app."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "messaging"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Mail is brought to the mail server beside the scheduler; files of messages are no others' files."""
        from files.holders import register_holder
        from mailing.delivery import deliver_due, forget_old
        from messaging.models import MessageAttachment
        from scheduling.attendants import register_attendant

        register_holder(MessageAttachment)
        register_attendant("mail", deliver_due)
        register_attendant("old mail", forget_old, seconds=3600.0)
