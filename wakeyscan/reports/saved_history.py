"""The history of a secret, read from a JSON report."""

from __future__ import annotations

from datetime import date, timedelta

from wakeyscan.core.finding import Bounds, Liveness
from wakeyscan.core.secret_history import CommitRef, Occurrence, SecretHistory
from wakeyscan.reports.saved_report import Fields, parse_items, parse_severity


def build_history(item: Fields) -> SecretHistory:
    """Return the history of a secret; raise `KeyError`, `TypeError` or `ValueError`."""
    introduced = _build_commit(item.get_object("introduced"))
    days = item.get_number("exposed_days")
    _check_period(introduced, days)
    places = tuple(map(_build_place, parse_items(item.get_list("places"))))
    if not places:
        raise ValueError("places: expected at least one")
    return SecretHistory(
        rule=item.get_name("rule"),
        secret=item.get_secret(),
        severity=parse_severity(item),
        introduced=introduced,
        removed=_build_commit(item.get_object("removed")) if item.has("removed") else None,
        at_head=item.get_flag("at_head"),
        pushed=item.get_flag("pushed") if item.has("pushed") else None,
        reachable_from=item.get_texts("reachable_from"),
        exposed_days=days,
        places=places,
        liveness=Liveness(item.get_text("liveness")),
        reason=item.get_text("reason", ""),
        details=item.get_pairs("details"),
        bounds=Bounds(item.get_text("bounds", Bounds.CERTAIN)),
        place_count=item.get_number("place_count", len(places)),
        variable=item.get_text("variable", ""),
        variable_users=item.get_texts("variable_users") if item.has("variable_users") else (),
    )


def _build_commit(fields: Fields) -> CommitRef:
    commit = CommitRef(fields.get_name("commit"), fields.get_name("author_date"))
    if commit.commit:
        date.fromisoformat(commit.author_date[:10])
    return commit


def _check_period(introduced: CommitRef, days: int) -> None:
    """Raise `ValueError` for a period that no calendar has."""
    try:
        period = timedelta(days)
        if introduced.commit:
            date.fromisoformat(introduced.author_date[:10]) + period
    except OverflowError:
        raise ValueError("exposed_days: too many") from None


def _build_place(item: Fields) -> Occurrence:
    return Occurrence(
        path=item.get_text("path"),
        line=item.get_number("line"),
        blob=item.get_name("blob"),
        commit=item.get_name("commit"),
        at_head=item.get_flag("at_head", False),
    )
