"""What refuses a request about approvals: messages without a code, as DHIS2 2.42 answers."""

from __future__ import annotations

from dhis2api.errors import plain

UNKNOWN_DATA_SET = plain(409, "Data set does not exist: {}")
WITHOUT_WORKFLOW = plain(409, "Data set does not have an approval workflow: {}")
STATUS_WITHOUT_WORKFLOW = plain(409, "DataSet does not have an approval workflow: {}")
UNKNOWN_WORKFLOW = plain(409, "Data approval workflow does not exist: {}")
NO_WORKFLOW = plain(409, "Either data set or data approval workflow must be specified")
NO_WORKFLOWS = plain(409, "Either data sets or data approval workflows must be specified")
UNKNOWN_PERIOD = plain(409, "Illegal period identifier: {}")
UNKNOWN_ORG_UNIT = plain(409, "Organisation unit does not exist: {}")
UNKNOWN_COMBO = plain(409, "Attribute option combo does not exist: {}")
NO_LEVEL = plain(409, "Approval level not found for org unit: {}")
NO_PERIODS = plain(409, "Approvals must have periods")
NO_TIME = plain(409, "Must have either pe or both startDate and endDate.")
TWO_TIMES = plain(409, "Cannot have both pe and startDate or endDate.")
STATUS_TIME = plain(400, "Either provide startDate and endDate or a valid ISO period for pe")
WRONG_TYPE = plain(409, "Period {} is not of the type of the workflow {}: {}")
WRONG_COMBO = plain(409, "Attribute option combo {} is not of the category combo of the workflow {}")
GROUP_SET_LEVEL = plain(409, "Approval level {} is for a category option group set, which cannot be approved here yet")
NOT_PERMITTED = plain(409, "Data of org unit {}, period {}, attribute option combo {} is {}: you may not {} it")
BUSY = plain(409, "Data of these workflows and periods is being imported; try again when that has ended")
TOO_MANY_PERIODS = plain(409, "The request asks for {} workflows times periods, at most {} are answered at once")
TOO_MANY = plain(409, "The request asks for {} states, at most {} are answered at once")
