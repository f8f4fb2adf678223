"""Family ``safety_domain``: what police and justice did before: arrests, charges, breaches of orders, detention."""

from __future__ import annotations

from hgrisk.features.measures import Events, Spells
from hgrisk.features.settings import FeatureSettings
from hgrisk.features.spec import Family, FeatureSpec
from hgrisk.features.wording import Topic, counts, person_missing, recent

_NAME = "safety_domain"

_SINCE_TOO = {
    "arrest": ("arrests", "arrests", "aanhoudingen"),
    "barring_order_breach": ("order_breaches", "breaches of a barring order", "overtredingen van een huisverbod"),
}
_COUNTED = {
    "charge": ("charges", "charges", "strafvervolgingen"),
    "disposal": ("disposals", "decisions not to prosecute", "sepots"),
    "barring_order_extended": ("extended_orders", "extensions of a barring order", "verlengingen van een huisverbod"),
    "detention": ("detentions", "spells of detention", "detentieperioden"),
}
_PERSON_EN = "the person now reported as perpetrator (any household)"
_PERSON_NL = "de nu als pleger gemelde persoon (in elk huishouden)"


def describe(settings: FeatureSettings) -> tuple[FeatureSpec, ...]:
    """Return the specs of the family.

    Barring orders themselves are an intervention, and so in another family. What police and justice decide is a process
    feature; the breach of an order is not.

    Parameters
    ----------
    settings : FeatureSettings
        The recent window, and whether the person's own history counts.

    Returns
    -------
    tuple of FeatureSpec
        Its features.
    """
    window = (settings.recent_days,)
    household = [
        *(spec for kind in _SINCE_TOO for spec in recent(_of_household(kind), Events(kinds=(kind,)), settings)),
        *(spec for kind in _COUNTED for spec in counts(_of_household(kind), Events(kinds=(kind,)), window)),
        *_detention(_of_household("detention"), Events(kinds=("detention",))),
    ]
    return (*household, *_person(settings)) if settings.persons else tuple(household)


def _of_household(kind: str) -> Topic:
    stem, english, dutch = (_SINCE_TOO | _COUNTED)[kind]
    return Topic(_NAME, stem, english, dutch, process=kind != "barring_order_breach")


def _of_person(kind: str) -> Topic:
    own = _of_household(kind)
    of, van = ("by", "door") if kind == "barring_order_breach" else ("of", "van")
    english, dutch = f"{own.english} {of} {_PERSON_EN}", f"{own.dutch} {van} {_PERSON_NL}"
    return Topic(_NAME, f"reported_person_{own.stem}", english, dutch, process=own.process)


def _person(settings: FeatureSettings) -> list[FeatureSpec]:
    events = {kind: Events(kinds=(kind,), stream="reported") for kind in _SINCE_TOO | _COUNTED}
    return [
        *recent(_of_person("arrest"), events["arrest"], settings),
        *counts(_of_person("barring_order_breach"), events["barring_order_breach"], (settings.recent_days,)),
        *counts(_of_person("charge"), events["charge"], (settings.recent_days,)),
        *counts(_of_person("detention"), events["detention"], ()),
        *_detention(_of_person("detention"), events["detention"]),
    ]


def _detention(topic: Topic, events: Events) -> list[FeatureSpec]:
    missing = person_missing(events)
    whose_en, whose_nl = ("", "") if events.stream == "household" else (f" of {_PERSON_EN}", f" van {_PERSON_NL}")
    return [
        topic.spec(
            f"{topic.stem}_active", "count", f"{topic.english} not seen to have ended",
            f"{topic.dutch} waarvan geen einde bekend is", missing, measure=Spells(events, how="active"),
        ),
        topic.spec(
            f"days_since_{topic.stem}_ended", "days", f"days since the last known end of detention{whose_en}",
            f"dagen sinds het laatste bekende einde van detentie{whose_nl}",
            ", or ".join(filter(None, ("no detention that is known to have ended", missing))),
            measure=Spells(events, how="days_since_end"),
        ),
        topic.spec(
            f"{topic.stem}_days", "days", f"days in detention{whose_en}", f"dagen in detentie{whose_nl}", missing,
            measure=Spells(events, how="days"),
        ),
    ]  # fmt: skip


FAMILY = Family(_NAME, describe)
