"""A small delivery with all that a shard cannot know by itself: faults across households, and one large network."""

from pathlib import Path

import polars as pl

OBSERVED = Path(__file__).parents[2] / "data" / "synthetic" / "observed"
SHARED = "P-shared"


def awkward_tables(n_cases: int = 150) -> dict[str, pl.DataFrame]:
    """Return the tables of a delivery, a part of the made-up register made worse."""
    read = {path.stem: pl.read_parquet(path) for path in OBSERVED.glob("*.parquet")}
    ids = read["cases"]["case_id"].head(n_cases)
    mine = pl.col("case_id").is_in(ids.implode())
    events = read["events"].filter(mine).sample(fraction=1, shuffle=True, seed=1)
    memberships = read["memberships"].filter(mine)
    persons = read["persons"].filter(pl.col("person_id").is_in(memberships["person_id"].implode()))
    return {
        "events": _worse_events(events, persons["person_id"]),
        "cases": _worse_cases(read["cases"].filter(mine)),
        "persons": _worse_persons(persons),
        "memberships": _worse_memberships(memberships, ids),
        "regions": read["regions"],
        "case_regions": read["case_regions"].filter(mine),
    }


def _worse_events(events: pl.DataFrame, persons: pl.Series) -> pl.DataFrame:
    """Leave ids out, repeat rows, let ids clash across households, name persons of others, and break dates."""
    place = pl.int_range(pl.len())
    named = pl.when(place % 400 == 7).then(pl.lit(persons[3])).when(place % 300 == 8).then(pl.lit(persons[-3]))
    ids = (
        pl.when(place % 3 == 0).then(None).when(place % 40 == 1).then(pl.lit("clash-") + (place // 80).cast(pl.String))
    )
    days = pl.col("occurred_on").dt.to_string("%Y-%m-%d")
    worse = events.with_columns(
        ids.otherwise("event_id").alias("event_id"),
        named.otherwise("person_id").alias("person_id"),
        pl.when(place % 97 == 5).then(pl.lit("2020-13-01")).otherwise(days).alias("occurred_on"),
        pl.when(place % 101 == 6).then(None).when(place % 103 == 6).then(pl.lit("H-nowhere")).otherwise("case_id")
        .alias("case_id"),
        pl.when(place % 107 == 9).then(pl.date(1995, 1, 1)).otherwise("known_on").alias("known_on"),
    )  # fmt: skip
    return pl.concat([worse, worse[10:60:2], worse[0:30:3]])


def _worse_cases(cases: pl.DataFrame) -> pl.DataFrame:
    """Let the first and last day of observation be unknown, which then are those of the whole delivery."""
    place = pl.int_range(pl.len())
    return cases.with_columns(
        pl.when(place % 3 == 1).then(None).otherwise("observed_from").alias("observed_from"),
        pl.when(place % 4 == 1).then(None).otherwise("observed_until").alias("observed_until"),
        pl.when(place % 5 < 2).then(pl.lit("town")).otherwise(pl.lit("land")).alias("setting"),
        (place % 7).alias("earlier"),
        pl.col("region").first(),  # so that there is enough to know of it
    )


def _worse_persons(persons: pl.DataFrame) -> pl.DataFrame:
    nowhere = pl.DataFrame({"person_id": ["P-nowhere", SHARED]})
    clash = persons.head(2).with_columns(pl.lit("x").alias("sex"))
    return pl.concat([persons, nowhere, clash], how="diagonal")


def _worse_memberships(memberships: pl.DataFrame, ids: pl.Series) -> pl.DataFrame:
    """Let one person belong to every third household, so that these are one network."""
    more = pl.DataFrame({"case_id": [*ids.gather_every(3), "H-nowhere", ids[1]], "person_id": SHARED})
    strange = pl.DataFrame({"case_id": [ids[0], None], "person_id": ["P-unknown", SHARED]})
    return pl.concat([memberships, more[:-1], strange], how="diagonal")


def write_tables(tables: dict[str, pl.DataFrame], folder: Path, ending: str = "parquet") -> Path:
    """Write tables to a folder that is made for them."""
    folder.mkdir(parents=True)
    for name, frame in tables.items():
        if ending == "parquet":
            frame.write_parquet(folder / f"{name}.parquet", row_group_size=700)
        else:
            frame.write_csv(folder / f"{name}.csv")
    return folder
