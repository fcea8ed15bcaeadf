"""Every system setting: its type, its default, and whether it is secret or can be translated (DHIS2 2.42)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from configuration.kinds import (
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    LOCALE,
    TEXT,
    Kind,
    choice,
)

# What DHIS2 answers for a time that never was.
NEVER = datetime.fromtimestamp(0, tz=UTC)

CACHE_STRATEGIES = (
    "NO_CACHE", "CACHE_1_MINUTE", "CACHE_5_MINUTES", "CACHE_10_MINUTES", "CACHE_15_MINUTES", "CACHE_30_MINUTES",
    "CACHE_1_HOUR", "CACHE_6AM_TOMORROW", "CACHE_TWO_WEEKS",
)  # fmt: skip
FINANCIAL_YEARS = (
    "FINANCIAL_YEAR_APRIL", "FINANCIAL_YEAR_JULY", "FINANCIAL_YEAR_SEPTEMBER", "FINANCIAL_YEAR_OCTOBER",
    "FINANCIAL_YEAR_NOVEMBER",
)  # fmt: skip
RELATIVE_PERIODS = (
    "TODAY", "YESTERDAY", "LAST_3_DAYS", "LAST_7_DAYS", "LAST_14_DAYS", "LAST_30_DAYS", "LAST_60_DAYS",
    "LAST_90_DAYS", "LAST_180_DAYS", "THIS_WEEK", "LAST_WEEK", "LAST_4_WEEKS", "LAST_12_WEEKS", "LAST_52_WEEKS",
    "WEEKS_THIS_YEAR", "THIS_BIWEEK", "LAST_BIWEEK", "LAST_4_BIWEEKS", "THIS_MONTH", "LAST_MONTH", "LAST_3_MONTHS",
    "LAST_6_MONTHS", "LAST_12_MONTHS", "MONTHS_THIS_YEAR", "MONTHS_LAST_YEAR", "THIS_BIMONTH", "LAST_BIMONTH",
    "LAST_6_BIMONTHS", "BIMONTHS_THIS_YEAR", "THIS_QUARTER", "LAST_QUARTER", "LAST_4_QUARTERS", "QUARTERS_THIS_YEAR",
    "QUARTERS_LAST_YEAR", "THIS_SIX_MONTH", "LAST_SIX_MONTH", "LAST_2_SIXMONTHS", "THIS_YEAR", "LAST_YEAR",
    "LAST_5_YEARS", "LAST_10_YEARS", "THIS_FINANCIAL_YEAR", "LAST_FINANCIAL_YEAR", "LAST_5_FINANCIAL_YEARS",
    "LAST_10_FINANCIAL_YEARS",
)  # fmt: skip
CALENDARS = (
    "iso8601", "gregorian", "julian", "coptic", "ethiopian", "islamic", "nepali", "persian", "thai",
)  # fmt: skip
ANALYSIS_NAMES = choice("name", "shortName")


@dataclass(frozen=True, slots=True)
class Key:
    """One setting. A confidential one is answered to nobody; a translatable one has a text for each locale. `secret_of`
    names the setting with the URL of the server that a secret is for (`configuration.bindings`)."""

    name: str
    kind: Kind
    default: Any
    confidential: bool = False
    translatable: bool = False
    secret_of: str = ""


def _keys(kind: Kind, **defaults: Any) -> Iterator[Key]:
    for name, default in defaults.items():
        yield Key(name, kind, default)


def _translatable(**defaults: str) -> Iterator[Key]:
    for name, default in defaults.items():
        yield Key(name, TEXT, default, translatable=True)


def _confidential(*names: str) -> Iterator[Key]:
    for name in names:
        yield Key(name, TEXT, "", confidential=True)


def _interface() -> Iterator[Key]:
    yield from _keys(LOCALE, keyUiLocale="en", keyDbLocale="en")
    yield from _keys(ANALYSIS_NAMES, keyAnalysisDisplayProperty="name")
    yield from _keys(choice("COMMA", "SPACE", "NONE"), keyAnalysisDigitGroupSeparator="SPACE")
    yield from _translatable(
        applicationTitle="DHIS 2", keyApplicationIntro="", keyApplicationNotification="", keyApplicationFooter="",
        keyApplicationRightFooter="", loginPopup="",
    )  # fmt: skip
    yield from _keys(choice("DEFAULT", "SIDEBAR", "CUSTOM"), loginPageLayout="DEFAULT")
    yield from _keys(choice(*CALENDARS), keyCalendar="iso8601")
    yield from _keys(choice("yyyy-MM-dd", "dd-MM-yyyy"), keyDateFormat="yyyy-MM-dd")
    yield from _keys(
        TEXT, keyFlag="dhis2", keyFlagImage="", startModule="dashboard", keyStyle="light_blue/light_blue.css",
        helpPageLink="", keyCustomJs="", keyCustomCss="", globalShellAppName="global-shell", loginPageTemplate="",
        keyDefaultBaseMap="", keyCurrentDomainType="", keyTrackerDashboardLayout="", googleAnalyticsUA="",
        keyGoogleMapsApiKey="", keyBingMapsApiKey="", keyAzureMapsApiKey="",
    )  # fmt: skip
    yield from _keys(
        BOOLEAN, startModuleEnableLightweight=False, keyUseCustomLogoFront=False, keyUseCustomLogoBanner=False,
        globalShellEnabled=True, keyCustomLoginPageLogo=False, keyCustomTopMenuLogo=False,
        keyEmbeddedDashboardsEnabled=False, keyDashboardContextMenuItemSwitchViewType=True,
        keyDashboardContextMenuItemOpenInRelevantApp=True,
        keyDashboardContextMenuItemShowInterpretationsAndDetails=True,
        keyDashboardContextMenuItemViewFullscreen=True, keyGatherAnalyticalObjectStatisticsInDashboardViews=False,
        keyCountPassiveDashboardViewsInUsageAnalytics=False,
    )  # fmt: skip


def _security() -> Iterator[Key]:
    yield from _keys(
        INTEGER, minPasswordLength=8, maxPasswordLength=72, credentialsExpires=0, credentialsExpiresReminderInDays=28,
        accountExpiresInDays=7,
    )  # fmt: skip
    yield from _keys(
        BOOLEAN, keyAccountRecovery=False, keyLockMultipleFailedLogins=False, credentialsExpiryAlert=False,
        accountExpiryAlert=False, keyCanGrantOwnUserAuthorityGroups=False, keyRequireAddToView=False,
        keyAllowObjectAssignment=False, enforceVerifiedEmail=False, autoVerifyInvitedUserEmail=True,
        keySelfRegistrationNoRecaptcha=False,
    )  # fmt: skip
    yield from _confidential("recaptchaSecret", "recaptchaSite")


def _messages() -> Iterator[Key]:
    yield from _keys(
        TEXT, keyEmailHostName="", keyEmailUsername="", keyEmailSender="", keySystemNotificationsEmail="",
        phoneNumberAreaCode="",
    )  # fmt: skip
    yield from _keys(INTEGER, keyEmailPort=587, keySmsMaxLength=1071)
    yield from _keys(BOOLEAN, keyEmailTls=True)
    yield from _confidential("keyEmailPassword")


def _data() -> Iterator[Key]:
    yield from _keys(
        BOOLEAN, keyDataImportStrictPeriods=False, keyDataImportStrictDataElements=False,
        keyDataImportStrictCategoryOptionCombos=False, keyDataImportStrictOrganisationUnits=False,
        keyDataImportStrictAttributeOptionCombos=False, keyDataImportRequireCategoryOptionCombo=False,
        keyDataImportRequireAttributeOptionCombo=False, keyDataImportStrictDataSetApproval=True,
        keyDataImportStrictDataSetLocking=True, keyDataImportStrictDataSetInputPeriods=True,
        multiOrganisationUnitForms=False, keyAcceptanceRequiredForApproval=False,
    )  # fmt: skip
    yield from _keys(DOUBLE, factorDeviation=2.0)
    yield from _keys(INTEGER, keyDataQualityMaxLimit=500, KeyTrackedEntityMaxLimit=50_000)
    retentions = choice("NONE", "THREE_MONTHS", "ONE_YEAR", "FOREVER")
    yield from _keys(retentions, keyFileResourceRetentionStrategy="NONE")


def _analytics() -> Iterator[Key]:
    yield from _keys(choice(*CACHE_STRATEGIES), keyCacheStrategy="CACHE_1_MINUTE")
    yield from _keys(choice("PUBLIC", "PRIVATE"), keyCacheability="PUBLIC")
    yield from _keys(choice(*FINANCIAL_YEARS), analyticsFinancialYearStart="FINANCIAL_YEAR_OCTOBER")
    yield from _keys(choice(*RELATIVE_PERIODS), keyAnalysisRelativePeriod="LAST_12_MONTHS")
    yield from _keys(choice("FIXED", "PROGRESSIVE"), keyAnalyticsCacheTtlMode="FIXED")
    yield from _keys(
        INTEGER, keyIgnoreAnalyticsApprovalYearThreshold=-1, keyAnalyticsMaxLimit=100_000, keySqlViewMaxLimit=-1,
        keyParallelJobsInAnalyticsTableExport=-1, keyDatabaseServerCpus=0, keyAnalyticsCacheProgressiveTtlFactor=160,
        keyAnalyticsPeriodYearsOffset=-1, keyAnalyticsDownloadCombinationLimit=20_000,
    )  # fmt: skip
    yield from _keys(
        BOOLEAN, keyHideDailyPeriods=False, keyHideWeeklyPeriods=False, keyHideBiWeeklyPeriods=False,
        keyHideMonthlyPeriods=False, keyHideBiMonthlyPeriods=False, keyIncludeZeroValuesInAnalytics=False,
        keyRespectMetaDataStartEndDatesInAnalyticsTableExport=False,
        keySkipDataTypeValidationInAnalyticsTableExport=False, keyHideUnapprovedDataInAnalytics=False,
        ruleEngineAssignOverwrite=False,
    )  # fmt: skip
    yield from _keys(
        DATE, keyLastSuccessfulAnalyticsTablesUpdate=NEVER, keyLastSuccessfulLatestAnalyticsPartitionUpdate=NEVER,
        keyLastSuccessfulResourceTablesUpdate=NEVER, keyNextAnalyticsTableUpdate=NEVER,
        lastSuccessfulDataStatistics=NEVER,
    )  # fmt: skip
    yield from _keys(
        TEXT, keyLastSuccessfulAnalyticsTablesRuntime="", keyLastSuccessfulLatestAnalyticsPartitionRuntime="",
        keyHtmlPushAnalyticsUrl="",
    )  # fmt: skip


def _jobs() -> Iterator[Key]:
    yield from _keys(
        INTEGER, jobsRescheduleAfterMinutes=10, jobsCleanupAfterMinutes=1440, jobsMaxCronDelayHours=4,
        jobsLogDebugBelowSeconds=180, notifierMaxMessagesPerJob=500, notifierMaxAgeDays=7, notifierMaxJobsPerType=500,
        notifierCleanAfterIdleTime=600_000,
    )  # fmt: skip
    yield from _keys(choice("OFF", "DEBUG", "LOOP", "INFO", "WARN", "ERROR"), notifierLogLevel="DEBUG")
    yield from _keys(BOOLEAN, notifierGistOverview=True)
    yield from _keys(
        DATE, keyLastMonitoringRun=NEVER, keyLastSuccessfulMonitoring=NEVER,
        keyLastSuccessfulScheduledProgramNotifications=NEVER, keyLastSuccessfulScheduledDataSetNotifications=NEVER,
    )  # fmt: skip


def _synchronization() -> Iterator[Key]:
    yield from _keys(TEXT, keyRemoteInstanceUrl="", keyRemoteInstanceUsername="")
    yield Key("keyRemoteInstancePassword", TEXT, "", confidential=True, secret_of="keyRemoteInstanceUrl")
    yield from _keys(
        DATE, keyLastSuccessfulDataSynch=NEVER, keyLastSuccessfulEventsDataSynch=NEVER,
        keyLastCompleteDataSetRegistrationSyncSuccess=NEVER, syncSkipSyncForDataChangedBefore=NEVER,
        keyLastMetaDataSyncSuccess=NEVER, keyMetadataLastFailedTime=NEVER,
    )  # fmt: skip
    yield from _keys(
        INTEGER, syncMaxRemoteServerAvailabilityCheckAttempts=3, syncMaxAttempts=3,
        syncDelayBetweenRemoteServerAvailabilityCheckAttempts=500,
    )  # fmt: skip
    yield from _keys(BOOLEAN, keyVersionEnabled=False, keyStopMetadataSync=False)
    yield from _keys(
        TEXT, keySystemMetadataVersion="", keyRemoteMetadataVersion="", keyMetadataFailedVersion="",
        keyMetaDataRepoUrl="",
    )  # fmt: skip


GROUPS: tuple[Callable[[], Iterator[Key]], ...] = (
    _interface, _security, _messages, _data, _analytics, _jobs, _synchronization,
)  # fmt: skip
KEYS: dict[str, Key] = {key.name: key for group in GROUPS for key in group()}
