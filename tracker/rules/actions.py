"""What each action comes to where its rule holds. Source: DHIS2 2.42, tracker import, program rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from expressions.errors import EvaluationError
from expressions.functions.dates import to_date
from tracker.rules.effects import Assignment, Demand, Effect, Issue, Message
from tracker.rules.known import ActionType, RuleAction
from tracker.rules.runners import Run
from tracker.rules.scopes import Scope
from tracker.rules.values import to_text


@dataclass(frozen=True, slots=True, eq=False)
class Act:
    """An action, ready to run. `key` and `uid` are those of the data element or attribute that it sets or asks for;
    `name` is what an assignment is seen as by later rules, None where it has no target at all; `data` is None where
    there is nothing to evaluate."""

    action: RuleAction
    key: int | None
    uid: str | None
    name: str | None
    data: Run | None
    perform: Perform


# What an action wants done, if anything. An assignment is seen by the rules that follow. Errors: EvaluationError.
Perform = Callable[[Act, Scope], Effect | None]


def _tell(act: Act, scope: Scope) -> Issue:
    return Issue(scope.view.item, act.action, None if act.data is None else to_text(act.data(scope)))


def _tell_on_complete(act: Act, scope: Scope) -> Issue | None:
    return _tell(act, scope) if scope.view.item.status == "COMPLETED" else None


def _assign(act: Act, scope: Scope) -> Assignment | None:
    if act.name is None:
        raise EvaluationError("An assignment needs a field, or a variable as its content")
    text = None if act.data is None else to_text(act.data(scope))
    scope.assign(act.name, text)
    if act.key is None:
        return None
    return Assignment(scope.view.item, act.action.rule, act.key, text, _sent(act, scope))


def _demand(act: Act, scope: Scope) -> Demand | None:
    if act.key is None:
        return None
    is_sent, text = _sent(act, scope)
    return None if text is not None else Demand(scope.view.item, act.action.rule, act.key, is_sent)


def _send(act: Act, scope: Scope) -> Message | None:
    return Message(scope.view.item, act.action.rule, act.action.template) if act.action.template else None


def _schedule(act: Act, scope: Scope) -> Message | None:
    """What is no date schedules nothing."""
    if act.data is None or not act.action.template:
        return None
    value = act.data(scope)
    try:
        date = to_date(value)
    except EvaluationError:
        return None
    return None if date is None else Message(scope.view.item, act.action.rule, act.action.template, date)


PERFORM: dict[str, Perform] = {
    ActionType.ASSIGN: _assign,
    ActionType.SHOWERROR: _tell,
    ActionType.SHOWWARNING: _tell,
    ActionType.ERRORONCOMPLETE: _tell_on_complete,
    ActionType.WARNINGONCOMPLETE: _tell_on_complete,
    ActionType.SETMANDATORYFIELD: _demand,
    ActionType.SENDMESSAGE: _send,
    ActionType.SCHEDULEMESSAGE: _schedule,
}


NOT_SENT = False, None


def _sent(act: Act, scope: Scope) -> tuple[bool, str | None]:
    """Whether the payload says anything of a field, and what."""
    view = scope.view
    if view.event is not None:
        sent = view.event.sent
        return (True, sent[act.uid]) if act.uid in sent else NOT_SENT
    attributes = view.family.sent_attributes
    return (True, attributes[act.key]) if act.key in attributes else NOT_SENT
