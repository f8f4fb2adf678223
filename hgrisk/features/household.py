"""Family ``household``: who belongs to it, how old they are, who came and went, and what befell its children before."""

from __future__ import annotations

import polars as pl

from hgrisk.features.measures import Count, Events, Spells
from hgrisk.features.settings import FeatureSettings
from hgrisk.features.spec import Family, FeatureSpec
from hgrisk.features.view import HistoryView
from hgrisk.features.wording import Topic, counts, person_missing, recent

LANDMARK = "landmark_id"

_NAME = "household"
_EVER = 2**31
"""More days than any."""
_ADULT_ROLES = ("adult", "partner", "ex_partner")
"""Roles whose leaving is a separation: a grown-up child who moves out is none."""

_UNKNOWN = "no membership of the household is known"
_NO_AGE = "no child of a known age"
_NOT_MEMBER = "the report names no such person, or no member of a known age"

_NOW = [
    ("household_members", "persons", "members of the household", "leden van het huishouden", _UNKNOWN),
    ("household_children", "persons", "children in the household", "kinderen in het huishouden", _UNKNOWN),
    ("household_adults", "persons", "adults in the household", "volwassenen in het huishouden", _UNKNOWN),
    ("household_elders", "persons", "older members of the household", "ouderen in het huishouden", _UNKNOWN),
    ("children_under_4", "persons", "children under 4", "kinderen jonger dan 4", _UNKNOWN),
    ("children_under_12", "persons", "children under 12", "kinderen jonger dan 12", _UNKNOWN),
    ("youngest_child_age", "years", "age of the youngest child", "leeftijd van het jongste kind", _NO_AGE),
    ("oldest_child_age", "years", "age of the oldest child", "leeftijd van het oudste kind", _NO_AGE),
    ("ages_unknown", "persons", "members of unknown age", "leden van onbekende leeftijd", _UNKNOWN),
    (
        "reported_age", "years", "age of the person reported as perpetrator",
        "leeftijd van de persoon die als pleger is gemeld", _NOT_MEMBER,
    ),
    (
        "exposed_age", "years", "age of the person exposed", "leeftijd van de persoon die aan geweld is blootgesteld",
        _NOT_MEMBER,
    ),
    (
        "age_difference", "years", "age of the person reported as perpetrator, less that of the person exposed",
        "leeftijd van de persoon die als pleger is gemeld, min die van de persoon die aan geweld is blootgesteld",
        "the report does not name two members of known ages",
    ),
    (
        "ex_partner_present", "0/1", "an ex-partner belongs to the household",
        "een ex-partner hoort bij het huishouden", _UNKNOWN,
    ),
    (
        "members_with_other_households", "persons", "members who belonged to another household as well, now or before",
        "leden die ook bij een ander huishouden horen of hoorden", _UNKNOWN,
    ),
    (
        "most_other_households", "households", "most other households that one member belonged to",
        "grootste aantal andere huishoudens waar één lid bij hoorde", _UNKNOWN,
    ),
]  # fmt: skip


def describe(settings: FeatureSettings) -> tuple[FeatureSpec, ...]:
    """Return the specs of the family.

    Parameters
    ----------
    settings : FeatureSettings
        The recent window, and whether the person's own history counts.

    Returns
    -------
    tuple of FeatureSpec
        Its features.
    """
    rows = [*_NOW, *_changes(settings.recent_days)]
    specs = [FeatureSpec(name, _NAME, unit, english, dutch, missing) for name, unit, english, dutch, missing in rows]
    return (*specs, *_children_before(settings), *(_as_child() if settings.persons else ()))


def _changes(days: int) -> list[tuple[str, str, str, str, str]]:
    window_en, window_nl = f"in the {days} days before", f"in de {days} dagen ervoor"
    joined_en, joined_nl = (
        "members who joined later than the first",
        "leden die later dan de eerste bij het huishouden kwamen",
    )
    left_en, left_nl = "members who left", "leden die het huishouden verlieten"
    return [
        (f"joined_{days}d", "persons", f"{joined_en}, {window_en}", f"{joined_nl}, {window_nl}", _UNKNOWN),
        ("joined_ever", "persons", f"{joined_en}, ever", f"{joined_nl}, ooit", _UNKNOWN),
        (f"left_{days}d", "persons", f"{left_en}, {window_en}", f"{left_nl}, {window_nl}", _UNKNOWN),
        ("left_ever", "persons", f"{left_en}, ever", f"{left_nl}, ooit", _UNKNOWN),
        (
            "days_since_household_changed", "days", "days since a member last joined or left",
            "dagen sinds er voor het laatst een lid bijkwam of vertrok",
            "nobody is known to have joined later, or to have left",
        ),
        (
            "separated", "0/1", "an adult, partner or ex-partner has left the household",
            "een volwassene, partner of ex-partner heeft het huishouden verlaten", _UNKNOWN,
        ),
        (
            "days_since_separation", "days", "days since an adult, partner or ex-partner last left the household",
            "dagen sinds een volwassene, partner of ex-partner voor het laatst het huishouden verliet",
            "no adult is known to have left",
        ),
    ]  # fmt: skip


def _children_before(settings: FeatureSettings) -> list[FeatureSpec]:
    specs: list[FeatureSpec] = []
    for kind, stem, english, dutch in (
        ("placement", "placements", "out-of-home placements of children", "uithuisplaatsingen van kinderen"),
        (
            "supervision_order", "supervision_orders", "supervision orders for children",
            "ondertoezichtstellingen van kinderen",
        ),
    ):  # fmt: skip
        topic, events = Topic(_NAME, stem, english, dutch), Events(kinds=(kind,))
        active = topic.spec(
            f"{stem}_active", "count", f"{english} not seen to have ended", f"{dutch}, zonder dat een einde bekend is",
            measure=Spells(events, how="active"),
        )  # fmt: skip
        specs += [*recent(topic, events, settings), active]
    grown = Topic(_NAME, "children_turned_18", "children who turned 18", "kinderen die 18 werden")
    return specs + counts(grown, Events(kinds=("child_turned_18",)), (settings.recent_days,))


def _as_child() -> list[FeatureSpec]:
    """Describe the link between generations: who is now reported was once reported as the child exposed."""
    events = Events(stream="as_exposed", reports=True, once=False, codes=("child_abuse",))
    topic = Topic(
        _NAME, "reported_once_exposed_as_child",
        "earlier reports of child abuse that name as exposed the person now reported as perpetrator",
        "eerdere meldingen van kindermishandeling waarin de persoon die nu als pleger is gemeld zelf degene was die "
        "aan geweld was blootgesteld",
    )  # fmt: skip
    name = f"{topic.stem}_ever"
    return [topic.spec(name, "count", topic.english, topic.dutch, person_missing(events), measure=Count(events))]


def compute(view: HistoryView, settings: FeatureSettings) -> pl.DataFrame:
    """Compute the features that are about members.

    A child is younger than 18 or, of unknown age, has the role of a child; an elder has that role or is older than 65;
    any other member of a known role or age is an adult. Whoever was seen to leave is no member, but a change. Sex is
    never used.

    Parameters
    ----------
    view : HistoryView
        The members as known at each landmark.
    settings : FeatureSettings
        The recent window.

    Returns
    -------
    polars.DataFrame
        One row per landmark.
    """
    days = settings.recent_days
    age, present = pl.col("age_years"), pl.col("left_days_before").is_null()
    child = pl.coalesce(age < 18, pl.col("role") == "child").fill_null(value=False)
    elder = ~child & ((pl.col("role") == "elder") | (age > 65)).fill_null(value=False)
    adult = ~child & ~elder & (pl.col("role").is_not_null() | age.is_not_null())
    # who has no date was always there: then everyone with a date joined later
    undated = pl.col("joined_days_before").is_null().any().over(LANDMARK)
    first = pl.when(undated).then(_EVER).otherwise(pl.col("joined_days_before").max().over(LANDMARK))
    rows = view.members.with_columns(
        (child & present).alias("child"),
        (elder & present).alias("elder"),
        (adult & present).alias("adult"),
        present.alias("present"),
        pl.when(pl.col("joined_days_before") < first).then("joined_days_before").alias("joined"),
        pl.col("left_days_before").alias("left"),
        pl.when(pl.col("role").is_in(_ADULT_ROLES)).then("left_days_before").alias("parted"),
    )
    counted = _with_conditions(rows, days).group_by(LANDMARK).agg(*_sums(days))
    frame = view.landmarks.select(LANDMARK).join(counted, on=LANDMARK, how="left", maintain_order="left")
    return frame.with_columns(pl.exclude(LANDMARK).cast(pl.Float64))


def _with_conditions(rows: pl.DataFrame, days: int) -> pl.DataFrame:
    """Add a column for each sum, so that the groups need only sums and extremes."""
    age, present = pl.col("age_years"), pl.col("present")
    elsewhere = pl.when(present).then("other_households").otherwise(0)
    return rows.with_columns(
        (pl.col("child") & (age < 4)).alias("under_4"),
        (pl.col("child") & (age < 12)).alias("under_12"),
        pl.when("child").then(age).alias("child_age"),
        (present & age.is_null()).alias("ageless"),
        pl.when("is_reported").then(age).alias("reported_age"),
        pl.when("is_exposed").then(age).alias("exposed_age"),
        (present & (pl.col("role") == "ex_partner").fill_null(value=False)).alias("ex_partner"),
        elsewhere.alias("elsewhere"),
        (elsewhere > 0).alias("known_elsewhere"),
        (pl.col("joined") <= days).alias("joined_lately"),
        (pl.col("left") <= days).alias("left_lately"),
        pl.min_horizontal("joined", "left").alias("changed"),
    )


def _sums(days: int) -> list[pl.Expr]:
    sums = {
        "household_members": "present", "household_children": "child", "household_adults": "adult",
        "household_elders": "elder", "children_under_4": "under_4", "children_under_12": "under_12",
        "ages_unknown": "ageless", "members_with_other_households": "known_elsewhere",
        f"joined_{days}d": "joined_lately", f"left_{days}d": "left_lately",
    }  # fmt: skip
    return [
        *(pl.col(column).sum().alias(name) for name, column in sums.items()),
        pl.col("child_age").min().alias("youngest_child_age"),
        pl.col("child_age").max().alias("oldest_child_age"),
        pl.col("reported_age").max(),
        pl.col("exposed_age").max(),
        (pl.col("reported_age").max() - pl.col("exposed_age").max()).alias("age_difference"),
        pl.col("ex_partner").any().alias("ex_partner_present"),
        pl.col("elsewhere").max().alias("most_other_households"),
        pl.col("joined").count().alias("joined_ever"),
        pl.col("left").count().alias("left_ever"),
        pl.col("changed").min().alias("days_since_household_changed"),
        (pl.col("parted").count() > 0).alias("separated"),
        pl.col("parted").min().alias("days_since_separation"),
    ]


FAMILY = Family(_NAME, describe, compute)
