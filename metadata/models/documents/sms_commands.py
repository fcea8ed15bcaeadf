"""What text messages mean."""

from __future__ import annotations

from dhis2api.objects.declarations import Declaration
from dhis2api.objects.members import Item, flag, items, long_text, ref, text, texts, whole, whole_list
from dhis2api.objects.models import ApiObject, Coded, Document, Named, Translated
from sharing.access import TypeRules

SMS = ("F_MOBILE_SENDSMS",)

SMS_CODE = Item(
    "SmsCode",
    "org.hisp.dhis.sms.command.code.SMSCode",
    (
        text("code"),
        ref("dataElement", protects=True),
        ref("trackedEntityAttribute"),
        whole("optionId"),
        long_text("formula"),
        flag("compulsory"),
    ),
)


class SmsCommand(ApiObject, Coded, Named, Translated, Document):
    """A word that a text message begins with, and where its values go."""

    class Wire(Declaration):
        klass = "org.hisp.dhis.sms.command.SMSCommand"
        order = 1509
        access = TypeRules(create=SMS, delete=SMS, read=SMS)
        members = (
            *texts("parserType", "separator", "codeValueSeparator", "completenessMethod"),
            ref("dataset", "dataSet", protects=True),
            ref("userGroup"),
            ref("program"),
            ref("programStage"),
            items("smsCodes", SMS_CODE),
            whole_list("specialCharacters"),
            flag("currentPeriodUsedForReporting"),
            *(
                long_text(f"{name}Message")
                for name in ("default", "received", "success", "wrongFormat", "noUser", "moreThanOneOrgUnit")
            ),
        )
