"""What higher apps bring: validation results, whose table is built here.

register_validation_results("SELECT rule.uid AS rule_uid, period_id, … FROM …")
"""

from __future__ import annotations

# Types say what a source must give; without one the table is empty.
NONE = """
    SELECT NULL::text AS rule_uid, NULL::bigint AS period_id, NULL::bigint AS organisation_unit_id,
        NULL::bigint AS attribute_option_combo_id, NULL::timestamptz AS created WHERE false
"""

_validation_results = [NONE]


def register_validation_results(select: str) -> None:
    """Say where validation results are: a SELECT of `rule_uid`, `period_id`, `organisation_unit_id`,
    `attribute_option_combo_id` and `created`. To be called when the app is ready."""
    _validation_results[0] = select


def validation_results() -> str:
    """The SELECT that was registered."""
    return _validation_results[0]
