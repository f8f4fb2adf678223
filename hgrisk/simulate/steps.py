"""The events table: reports, what follows upon them, and the end of observation."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from hgrisk.simulate.households import END_REASONS, INHABITANTS, Bools, Households, Ints, day_number
from hgrisk.simulate.persons import People, case_ids, person_ids
from hgrisk.simulate.reports import SOURCES, Reports, draw_lags
from hgrisk.simulate.settings import KINDS, PARTNER_VIOLENCE, SimulationSettings

COLUMNS = (
    "event_id", "case_id", "kind", "code", "occurred_on", "known_on", "ended_on", "severity", "source",
    "person_id", "exposed_person_id", "value",
)  # fmt: skip
PROTOCOL_DAY = 17897
"""2019-01-01: the safety assessment starts with the new protocol."""


def build_events(
    homes: Households, people: People, reports: Reports, settings: SimulationSettings, rng: np.random.Generator
) -> pl.DataFrame:
    """Put every event that was known at the extraction into one table.

    Parameters
    ----------
    homes, people, reports : Households, People, Reports
        The world so far.
    settings : SimulationSettings
        The world's settings.
    rng : numpy.random.Generator
        The generator, which moves on.

    Returns
    -------
    polars.DataFrame
        The columns ``COLUMNS``, numbered in the order in which the events became known.
    """
    parts = [
        _report_rows(reports),
        *_safety_rows(reports, settings, rng),
        *_care_rows(reports, homes, settings, rng),
        *_signal_rows(reports, settings, rng),
        _end_rows(homes, people),
    ]
    rows = pl.concat(parts, how="diagonal")
    return _number(_observed(rows, homes, settings))


def _rows(kind: str | npt.NDArray[np.str_], home: Ints, day: Ints, known: Ints, **more: object) -> pl.DataFrame:
    columns = {"home": home, "occurred_on": day, "known_on": known, **more}
    return pl.DataFrame(columns).with_columns(kind=pl.Series(kind) if isinstance(kind, np.ndarray) else pl.lit(kind))


def _report_rows(reports: Reports) -> pl.DataFrame:
    return _rows(
        np.where(reports.follow_up, "follow_up_report", "report"), reports.home, reports.day, reports.known,
        code=np.array(KINDS)[reports.kind], severity=reports.severity,
        source=SOURCES[reports.source], person_id=person_ids(reports.person),
        exposed_person_id=person_ids(reports.exposed),
    )  # fmt: skip


def _safety_rows(reports: Reports, settings: SimulationSettings, rng: np.random.Generator) -> list[pl.DataFrame]:
    """Draw arrests, detentions and barring orders: after police reports from severity 3, the severer the likelier."""
    weight = (reports.source == 0) * (reports.severity - 2).clip(0) / 2
    size = weight.size
    arrest = rng.random(size) < settings.step_shares["arrest"] * weight
    detention = arrest & (rng.random(size) < settings.step_shares["detention"])
    adults = reports.kind == PARTNER_VIOLENCE
    barred = adults & ~detention & (rng.random(size) < settings.step_shares["barring_order"] * weight)
    held = np.ceil(rng.lognormal(np.log(25), 1.2, size)).astype(np.int64)
    length = np.where(rng.random(size) < 0.6, 10, 28)
    start = reports.day + (rng.random(size) < 0.3)
    lag, late = draw_lags(size, settings, rng), draw_lags(size, settings, rng)
    order = {"ended_on": start + length, "value": length.astype(float)}
    return [
        _on_person("arrest", reports, arrest, reports.day, reports.day + lag),
        _on_person("detention", reports, detention, reports.day, reports.day + late, ended_on=reports.day + held),
        _on_person("barring_order", reports, barred, start, start + lag, **order),
    ]


def _on_person(
    kind: str, reports: Reports, where: Bools, day: Ints, known: Ints, **more: npt.NDArray[np.generic]
) -> pl.DataFrame:
    chosen = {name: values[where] for name, values in more.items()}
    person = person_ids(reports.person[where])
    return _rows(kind, reports.home[where], day[where], known[where], person_id=person, **chosen)


def _care_rows(
    reports: Reports, homes: Households, settings: SimulationSettings, rng: np.random.Generator
) -> list[pl.DataFrame]:
    """Draw what happens in an involvement: assessment, plan, handover, first contact with help, closure."""
    home, start, length = (part[reports.opens] for part in (reports.home, reports.day, reports.length))
    size, end, share = home.size, start + length, settings.step_shares
    delay = np.exp(rng.normal(0, 0.3, len(INHABITANTS)))[homes.area[home]]
    wait = np.ceil(rng.lognormal(np.log(35), 0.8, size) * delay).astype(np.int64)
    assessed = start + rng.lognormal(np.log(6), 0.8, size).astype(np.int64)
    outcome = rng.choice(["acute", "structural", "acute_and_structural", "safe_enough"], size, p=[0.2, 0.3, 0.15, 0.35])
    plan = start + (length * rng.uniform(0.1, 0.6, size)).astype(np.int64)
    handover = start + (length * rng.uniform(0.3, 1.0, size)).astype(np.int64)
    handed = rng.random(size) < share["handover_sent"]
    known = reports.known[reports.opens]

    def some(kind: str, day: Ints, where: Bools, **more: npt.NDArray[np.generic]) -> pl.DataFrame:
        lagged = (day + draw_lags(size, settings, rng))[where]
        return _rows(kind, home[where], day[where], lagged, **{name: values[where] for name, values in more.items()})

    return [
        _rows("involvement", home, start, known, ended_on=end),
        some(
            "safety_assessment",
            assessed,
            (start >= PROTOCOL_DAY) & (rng.random(size) < share["safety_assessment"]),
            code=outcome,
        ),
        some("safety_plan", plan, rng.random(size) < share["safety_plan"]),
        some("handover_sent", handover, handed),
        some("help_first_contact", handover + wait, handed & (rng.random(size) < share["help_first_contact"])),
        some("case_closed", end, rng.random(size) < share["case_closed"]),
    ]


def _signal_rows(reports: Reports, settings: SimulationSettings, rng: np.random.Generator) -> list[pl.DataFrame]:
    """Advice and radar links cluster after reports; neither is a report."""
    parts = []
    for kind in ("advice", "radar_link"):
        where = rng.random(reports.day.size) < settings.step_shares[kind]
        day = reports.day[where] + 1 + rng.exponential(90, int(where.sum())).astype(np.int64)
        source = np.where(rng.random(day.size) < 0.44, "non_professional", SOURCES[rng.choice([1, 3, 4, 5], day.size)])
        known = day + draw_lags(day.size, settings, rng)
        parts.append(_rows(kind, reports.home[where], day, known, source=source))
    return parts


def _end_rows(homes: Households, people: People) -> pl.DataFrame:
    """Make a row for each death in a household and each move out of the region."""
    home = np.flatnonzero(homes.end_reason > 0)
    day, reason = homes.until[home], homes.end_reason[home]
    person = np.where(reason == list(END_REASONS).index("death"), people.first[home], -1)
    return _rows(END_REASONS[reason], home, day, day, person_id=person_ids(person))


def _observed(rows: pl.DataFrame, homes: Households, settings: SimulationSettings) -> pl.DataFrame:
    """Keep what was seen: up to the household's last day, known at the extraction; a spell past that is still open."""
    extraction = day_number(settings.extraction_on)
    last = pl.Series("until", homes.until)
    seen = rows.with_columns(until=last.gather(rows["home"]))
    seen = seen.filter(pl.col("occurred_on") <= pl.col("until"), pl.col("known_on") <= extraction)
    ended = pl.min_horizontal("ended_on", pl.when(pl.col("until") < extraction).then("until"))
    ended = pl.when(pl.col("ended_on").is_not_null()).then(ended)
    return seen.with_columns(ended_on=pl.when(ended <= extraction).then(ended))


def _number(rows: pl.DataFrame) -> pl.DataFrame:
    """Count the events in the order of registration and turn days into dates."""
    ordered = rows.sort("known_on", "occurred_on", "home", "kind", maintain_order=True).with_row_index("row", offset=1)
    dates = [pl.col(name).cast(pl.Int32).cast(pl.Date) for name in ("occurred_on", "known_on", "ended_on")]
    return ordered.with_columns(
        *dates,
        event_id=pl.lit("E") + pl.col("row").cast(pl.String).str.zfill(7),
        case_id=case_ids(ordered["home"].to_numpy()),
    ).select(COLUMNS)
