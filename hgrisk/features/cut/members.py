"""Who belonged to the household, as known at each landmark."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hgrisk.cohort import LANDMARK
from hgrisk.features.cut.ages import ages
from hgrisk.features.cut.beginnings import with_beginnings
from hgrisk.features.cut.layout import ALWAYS
from hgrisk.histories.case_histories import CaseHistories

Days = NDArray[np.int64]


def members_as_known(histories: CaseHistories, landmarks: pl.DataFrame) -> pl.DataFrame:
    """Return the members of each landmark's household whose membership had begun.

    A membership begins on its ``from_on``; one without a date has always been there, but not before the person was
    born. The end of a membership is seen only if it lies before the landmark.

    Parameters
    ----------
    histories : CaseHistories
        The validated histories: ``memberships`` and ``persons`` are used.
    landmarks : polars.DataFrame
        The landmarks of a cohort: ``landmark_id``, ``case_id``, ``landmark_on``, and ``person_id`` and
        ``exposed_person_id``, whom the index report names.

    Returns
    -------
    polars.DataFrame
        One row per landmark and person, as :class:`hgrisk.features.view.HistoryView` describes ``members``, by landmark
        and person. Of a person with more than one membership of the household, ``joined_days_before`` is about the
        first, ``role`` about the last to begin of those that go on (of all, where none does), and ``left_days_before``
        about the last to end; each is empty where a date that it needs is not known. Ages are exact birthdays, see
        :func:`hgrisk.features.cut.ages.ages`.
    """
    stays = _stays(histories)
    rows = _begun_stays(landmarks.sort(LANDMARK), stays)
    single, several = rows.filter("only"), rows.filter(~pl.col("only"))
    if several.height:
        rows = pl.concat([single, _one_row_each(several).select(single.columns)]).sort(LANDMARK, "person")
    day = pl.col("landmark_on")
    return rows.select(
        LANDMARK,
        "person",
        "role",
        ages(rows["born_on"], rows["landmark_on"]),
        (day - pl.col("from_on")).dt.total_days().cast(pl.Int32).alias("joined_days_before"),
        (day - pl.col("until_on")).dt.total_days().cast(pl.Int32).alias("left_days_before"),
        pl.Series("other_households", _other_households(rows, stays)),
        "is_reported",
        "is_exposed",
    )


def _stays(histories: CaseHistories) -> pl.DataFrame:
    """Return the memberships by household and person: numbered persons, beginnings, and whether they are single."""
    own = histories.memberships.select("case_id", "person_id", "role", "from_on", "until_on")
    everybody = pl.concat([histories.persons.select("person_id"), own.select("person_id")]).unique().sort("person_id")
    numbered = everybody.with_row_index("person").with_columns(pl.col("person").cast(pl.Int32))
    return (
        with_beginnings(own, histories.persons)
        .join(numbered, on="person_id")
        .sort("case_id", "person")
        .with_columns(
            pl.struct("case_id", "person").is_duplicated().not_().alias("only"),
            pl.col("person").is_duplicated().alias("seen_again"),
        )
    )


def _begun_stays(landmarks: pl.DataFrame, stays: pl.DataFrame) -> pl.DataFrame:
    """Lay each landmark beside the memberships of its household that had begun, without ends that were not seen."""
    blocks = stays.with_row_index("start").group_by("case_id").agg(pl.col("start").min(), pl.len().alias("size"))
    of_case = landmarks.select("case_id").join(blocks, on="case_id", how="left", maintain_order="left")
    size = of_case["size"].fill_null(0).to_numpy().astype(np.int64)
    start = of_case["start"].fill_null(0).to_numpy().astype(np.int64)
    moment = np.repeat(np.arange(landmarks.height), size)
    stay = np.arange(len(moment)) + np.repeat(start - np.cumsum(size) + size, size)
    begun = _numbers(stays["begun"])[stay] < _numbers(landmarks["landmark_on"])[moment]
    moment, stay = moment[begun], stay[begun]
    named = landmarks.select(LANDMARK, "landmark_on", reported="person_id", exposed="exposed_person_id")[moment]
    rows: pl.DataFrame = stays.drop("case_id")[stay].hstack(named)
    return rows.with_columns(
        pl.when(pl.col("until_on") < pl.col("landmark_on")).then("until_on").alias("until_on"),
        (pl.col("person_id") == pl.col("reported")).fill_null(value=False).alias("is_reported"),
        (pl.col("person_id") == pl.col("exposed")).fill_null(value=False).alias("is_exposed"),
    ).drop("person_id", "reported", "exposed")


def _numbers(days: pl.Series) -> Days:
    """Return days as numbers; an unknown day comes before all others."""
    return days.to_physical().cast(pl.Int64).fill_null(ALWAYS).to_numpy()


def _one_row_each(several: pl.DataFrame) -> pl.DataFrame:
    """Merge a person's memberships of one household: the person belongs to it while any of them lasts."""
    goes_on = pl.col("until_on").is_null()
    order = [pl.col(LANDMARK), pl.col("person"), goes_on, pl.col("begun"), pl.col("until_on"), pl.col("role")]
    merged = several.sort(order, nulls_last=False).group_by(LANDMARK, "person", maintain_order=True)
    return merged.agg(
        pl.exclude("role", "from_on", "until_on").first(),
        pl.col("role").last(),
        pl.when(pl.col("from_on").null_count() == 0).then(pl.col("from_on").min()).alias("from_on"),
        pl.when(~goes_on.any()).then(pl.col("until_on").max()).alias("until_on"),
    )


def _other_households(rows: pl.DataFrame, stays: pl.DataFrame) -> NDArray[np.int32]:
    """Count the households that each person had begun to belong to by the landmark, less this one.

    The beginnings are sorted by person and day, so that two searches give the number: no landmark meets a household.
    """
    firsts = (
        stays.filter("seen_again")
        .with_columns(pl.Series("begun", _numbers(stays.filter("seen_again")["begun"])))
        .group_by("case_id", "person")
        .agg(pl.col("begun").min())
    )
    starts = np.sort(_key(firsts["person"], firsts["begun"].to_numpy()))
    again = rows["seen_again"].to_numpy()
    person = rows["person"].filter(rows["seen_again"])
    before = np.searchsorted(starts, _key(person, _numbers(rows["landmark_on"])[again]))
    own_first = np.searchsorted(starts, _key(person, np.full(len(person), ALWAYS)))
    others = np.zeros(rows.height, dtype=np.int32)
    others[again] = before - own_first - 1
    return others


def _key(person: pl.Series, day: Days) -> NDArray[np.int64]:
    """Return one number that puts persons, and then their days, in order."""
    return (person.cast(pl.Int64).to_numpy() << 32) | (day - ALWAYS)
