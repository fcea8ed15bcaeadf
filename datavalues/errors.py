"""Error codes of data value sets (DHIS2 2.42, data values). E20xx refuse a request, E76xx a set or a record."""

from __future__ import annotations

from dhis2api.errors import code, plain

# Export: constraints of the query.
E2001 = code("E2001", "At least one data element, data set or data element group must be specified")
E2002 = code("E2002", "At least one period, start/end dates, last updated or last updated duration must be specified")
E2003 = code("E2003", "Both periods and start/end date cannot be specified")
E2004 = code("E2004", "Start date must be before end date")
E2005 = code("E2005", "Duration is not valid: `{}`")
E2006 = code("E2006", "At least one organisation unit or organisation unit group must be specified")
E2007 = code("E2007", "Organisation unit children cannot be included for organisation unit groups")
E2008 = code("E2008", "At least one organisation unit must be specified when children are included")
E2009 = code("E2009", "Limit cannot be less than zero: `{}`")
E2010 = code("E2010", "User is not allowed to read data for data set: `{}`")
E2011 = code("E2011", "User is not allowed to read data for attribute option combo: `{}`")
E2012 = code("E2012", "User is not allowed to view org unit: `{}`")
E2013 = code("E2013", "At least one data set must be specified")

# Registrations of completeness, locks and approvals: plain words, as DHIS2 answers.
UNKNOWN_DATA_SET = plain(409, "Illegal data set identifier in this list: {}")
UNKNOWN_PERIOD = plain(409, "Illegal period identifier: {}")
UNKNOWN_ORG_UNIT = plain(409, "Illegal organisation unit identifier: {}")
LOCKED_DATA_SETS = plain(409, "Locked Data set(s) : {}")
NO_DATA_WRITE = plain(409, "User does not have write access for DataSet: {}")
COMPULSORY_UNFILLED = plain(409, "All compulsory data element operands need to be filled: [{}]")

LOCK_EXCEPTION_SUBJECT = plain(409, "DataSet or Period is invalid")
LOCK_EXCEPTION_NO_ORG_UNIT = plain(409, "OrganisationUnit ID is invalid.")
LOCK_EXCEPTION_ORG_UNIT = plain(409, "Can't find OrganisationUnit with id ={}")
LOCK_EXCEPTION_UNLINKED = plain(
    409, "None of the target organisation unit(s) {} is linked to the specified data set: {}"
)
LOCK_EXCEPTION_SCOPE = plain(403, "You can only add a lock exceptions to your data capture organisation units.")
LOCK_EXCEPTION_DATA_SET = plain(403, "You do not have the authority to change the data set's lock exceptions.")
LOCK_EXCEPTION_UNKNOWN = plain(409, "There is no lock exception of this data set and period")

# Import: the whole set.
E7600 = code("E7600", "Data set not found or not accessible: `{}`")
E7601 = code("E7601", "User does not have write access for DataSet: `{}`")
E7603 = code("E7603", "Organisation unit not found or not accessible: `{}`")
E7604 = code("E7604", "Attribute option combo not found or not accessible: `{}`")

# Import: one value.
E7610 = code("E7610", "Data element not found or not accessible: `{}`")
E7611 = code("E7611", "Period not valid: `{}`")
E7612 = code("E7612", "Organisation unit not found or not accessible: `{}`")
E7613 = code("E7613", "Category option combo not found or not accessible for writing data: `{}`")
E7614 = code("E7614", "Category option combo: `{}` option not accessible: `{}`")
E7615 = code("E7615", "Attribute option combo not found or not accessible for writing data: `{}`")
E7616 = code("E7616", "Attribute option combo: `{}` option not accessible: `{}`")
E7617 = code("E7617", "Organisation unit: `{}` not in hierarchy of current user: `{}`")
E7618 = code("E7618", "Data value or comment not specified for data element: `{}`")
E7619 = code("E7619", "Value must match data element's `{}` type constraints: {}")
E7620 = code("E7620", "Invalid comment: {}")
E7621 = code("E7621", "Data value is not a valid option of the data element option set: `{}`")
E7630 = code("E7630", "Category option combo is required but is not specified")
E7631 = code("E7631", "Attribute option combo is required but is not specified")
E7632 = code("E7632", "Period type of period: `{}` not valid for data element: `{}`")
E7633 = code("E7633", "Data element: `{}` is not part of dataset: `{}`")
E7634 = code("E7634", "Category option combo: `{}` must be part of category combo of data element: `{}`")
E7635 = code("E7635", "Attribute option combo: `{}` must be part of category combo of data sets of data element: `{}`")
E7636 = code("E7636", "Data element: `{}` must be assigned through data sets to organisation unit: `{}`")
E7637 = code("E7637", "Invalid storedBy: {}")
E7638 = code("E7638", "Period: `{}` is not within date range of attribute option combo: `{}`")
E7639 = code("E7639", "Organisation unit: `{}` is not valid for attribute option combo: `{}`")
E7645 = code("E7645", "No data value for file resource exist for the given combination for data element: `{}`")

# Single values: what names one, in order, and what is wrong with it.
E1100 = code("E1100", "Data element not found or not accessible: `{}`")
E1101 = code("E1101", "Period not found or not accessible: `{}`")
E1102 = code("E1102", "Organisation unit not found or not accessible: `{}`")
E1103 = code("E1103", "Category option combo not found or not accessible: `{}`")
E1104 = code("E1104", "Attribute option combo not found or not accessible: `{}`")
E1105 = code("E1105", "Data set not found or not accessible: `{}`")
E2017 = code("E2017", "Data set is locked: {}")
E2018 = code("E2018", "Category option combo is required but is not specified")
E2019 = code("E2019", "Organisation unit is closed for the selected period: `{}`")
E2020 = code("E2020", "Organisation unit is not in the hierarchy of the current user: `{}`")
E2021 = code("E2021", "Data set: `{}` does not contain data element: `{}`")
E2022 = code("E2022", "Period: `{}` is after latest open future period: `{}` for data element: `{}`")
E2023 = code("E2023", "Period: `{}` is before start date: `{}` for attribute option combo: `{}`")
E2024 = code("E2024", "Period: `{}` is after end date: `{}` for attribute option combo: `{}`")
E2025 = code("E2025", "Period: `{}` is not open for data set: `{}`")
E2026 = code("E2026", "File resource already assigned or linked to a data value: `{}`")
E2027 = code("E2027", "File resource is invalid: `{}`")
E2028 = code("E2028", "Comment is invalid: `{}`")
E2029 = code("E2029", "Data value is not a valid option of the data element option set: `{}`")
E2030 = code("E2030", "Data value must match value type: `{}`")
E2031 = code("E2031", "User does not have write access to category option combo: `{}`")
E2032 = code("E2032", "Data value does not exist")
E2033 = code("E2033", "Follow-up must be specified")
VALUE_MISSING = plain(409, "Data value does not exist")
VALUE_HIDDEN = plain(403, "User does not have read access to data of category option: `{}`")
FILE_UNKNOWN = plain(404, "A data value file resource with id {} does not exist")
NO_FILE_ELEMENT = plain(409, "Data element must be of type file resource: `{}`")
TOO_MANY_AUDITS = plain(409, "There are more than {} such changes, ask for smaller pages or narrow them down")
FILE_NOT_STORED = plain(409, "The content is being processed and is not available yet. Try again later.")

# Import: locks of the data sets that a value belongs to.
E7640 = code("E7640", "Current date is past expiry days for period: `{}` and data set: `{}`")
E7641 = code(
    "E7641",
    "Period: `{}` of data element: `{}` and data set: `{}` is after latest open future period: `{}`",
)
E7642 = code(
    "E7642",
    "Data is already approved for organisation unit: `{}`, period: `{}`, attribute option combo: `{}` "
    "and data set: `{}`",
)
E7643 = code("E7643", "Period: `{}` is not open for data set at this time: `{}`")
E7644 = code("E7644", "Period: `{}` does not conform to the open periods of associated data sets")

UNREADABLE = plain(400, "{}")
NO_CATEGORY_IDENTIFIER = plain(409, "Category `{}` has no identifier that can be an attribute's name in ADX")
NO_OPTION_IDENTIFIER = plain(409, "Category option `{}` has no identifier to be written by in ADX")
