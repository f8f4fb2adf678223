"""Specs that many families share: counts over windows, with their sentences."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hgrisk.features.measures import Count, DaysSince, Events, Latency, OpenSince
from hgrisk.features.settings import FeatureSettings
from hgrisk.features.spec import FeatureSpec


@dataclass(frozen=True)
class Topic:
    """What is counted, in words.

    Attributes
    ----------
    family : str
        The family.
    stem : str
        Start of the names.
    english, dutch : str
        What is counted, in the plural.
    process : bool
        Whether it is the work of organisations.
    """

    family: str
    stem: str
    english: str
    dutch: str
    process: bool = False

    def spec(self, name: str, unit: str, english: str, dutch: str, missing: str = "", **more: object) -> FeatureSpec:
        """Return a spec of the topic's family."""
        return FeatureSpec(name, self.family, unit, english, dutch, missing, process=self.process, **more)  # type: ignore[arg-type]


def counts(topic: Topic, events: Events, windows: tuple[int, ...]) -> list[FeatureSpec]:
    """Describe counts of a selection over each window and ever.

    Parameters
    ----------
    topic : Topic
        What is counted.
    events : Events
        The selection.
    windows : tuple of int
        Windows in days, beside "ever".

    Returns
    -------
    list of FeatureSpec
        One spec per window, and one for "ever".

    Examples
    --------
    >>> topic = Topic("safety_domain", "arrests", "arrests", "aanhoudingen")
    >>> [(spec.name, spec.sentence_en) for spec in counts(topic, Events(("arrest",)), (365,))]
    [('arrests_365d', 'arrests in the 365 days before'), ('arrests_ever', 'arrests ever')]
    """
    missing = person_missing(events)
    specs = [
        topic.spec(
            f"{topic.stem}_{days}d", "count", f"{topic.english} in the {days} days before",
            f"{topic.dutch} in de {days} dagen ervoor", missing, measure=Count(events, days),
        )
        for days in windows
    ]  # fmt: skip
    ever = topic.spec(
        f"{topic.stem}_ever", "count", f"{topic.english} ever", f"{topic.dutch} ooit", missing, measure=Count(events)
    )
    return [*specs, ever]


def recent(topic: Topic, events: Events, settings: FeatureSettings) -> list[FeatureSpec]:
    """Describe a selection by its counts in the recent window and ever, and the days since the last.

    Parameters
    ----------
    topic : Topic
        What is counted.
    events : Events
        The selection.
    settings : FeatureSettings
        The recent window.

    Returns
    -------
    list of FeatureSpec
        Three specs.

    Examples
    --------
    >>> topic = Topic("safety_domain", "arrests", "arrests", "aanhoudingen")
    >>> [spec.name for spec in recent(topic, Events(("arrest",)), FeatureSettings())]
    ['arrests_365d', 'arrests_ever', 'days_since_arrests']
    """
    missing = ", or ".join(filter(None, (f"no {topic.english}", person_missing(events))))
    since = topic.spec(
        f"days_since_{topic.stem}", "days", f"days since the last: {topic.english}",
        f"dagen sinds de laatste: {topic.dutch}", missing, measure=DaysSince(events),
    )  # fmt: skip
    return [*counts(topic, events, (settings.recent_days,)), since]


def lately(spec: FeatureSpec, settings: FeatureSettings) -> FeatureSpec:
    """Limit a wait to the recent window: what was never answered would otherwise wait for ever.

    Parameters
    ----------
    spec : FeatureSpec
        A feature; other measures than waits stay as they are. A wait is named ``..._days``.
    settings : FeatureSettings
        The recent window.

    Returns
    -------
    FeatureSpec
        The wait over the window, named ``..._365d``.
    """
    days = settings.recent_days
    if not isinstance(spec.measure, OpenSince | Latency):
        return spec
    return replace(
        spec,
        name=f"{spec.name.removesuffix('_days')}_{days}d",
        sentence_en=f"{spec.sentence_en}, in the {days} days before",
        sentence_nl=f"{spec.sentence_nl}, in de {days} dagen ervoor",
        missing=f"{spec.missing}, in the {days} days before",
        measure=replace(spec.measure, within_days=days),
    )


def person_missing(events: Events) -> str:
    """Return what an empty value means for a selection of a person's or a dyad's events; else an empty text."""
    if events.stream in {"household", "linked"}:
        return ""
    both = events.stream in {"dyad", "reversed"}
    return "the report does not name both persons" if both else "the report names no such person"
