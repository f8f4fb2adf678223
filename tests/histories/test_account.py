"""The row account reconciles, or says so."""

import polars as pl
import pytest

from hgrisk.errors import DataError
from hgrisk.histories.account import ROW, SOURCE, TABLE, RowAccount, close_account, fates, no_fates


def rows(source, *numbers) -> pl.DataFrame:
    place = {ROW: list(numbers), SOURCE: [source] * len(numbers), TABLE: ["events"] * len(numbers)}
    return pl.DataFrame(place, schema={ROW: pl.Int64, SOURCE: pl.String, TABLE: pl.String})


def account() -> RowAccount:
    unused = pl.concat(
        [
            fates(rows("a", 4), "quarantined", "bad"),
            fates(rows("a", 2, 3), "excluded", "filter"),
            fates(rows("b", 1), "merged", "twice"),
            fates(rows("b", 3), "quarantined", "bad"),
        ]
    )
    return close_account([("b", 3), ("a", 4), ("c", 0)], pl.concat([rows("a", 1), rows("b", 2)]), unused)


def test_counts_by_source_in_the_order_of_reading():
    assert account().table.rows(named=True) == [
        {"source": "b", "read": 3, "used": 1, "merged": 1, "excluded": 0, "quarantined": 1},
        {"source": "a", "read": 4, "used": 1, "merged": 0, "excluded": 2, "quarantined": 1},
        {"source": "c", "read": 0, "used": 0, "merged": 0, "excluded": 0, "quarantined": 0},
    ]


def test_unused_rows_are_sorted_and_hold_no_values():
    unused = account().unused
    assert unused.columns == ["source", "source_row", "table", "status", "reason"]
    assert unused.select("source", "source_row").rows() == [("a", 2), ("a", 3), ("a", 4), ("b", 1), ("b", 3)]
    assert unused.schema == no_fates().schema


def test_reasons_are_counted():
    assert account().reasons.rows() == [
        ("a", "excluded", "filter", 2),
        ("a", "quarantined", "bad", 1),
        ("b", "merged", "twice", 1),
        ("b", "quarantined", "bad", 1),
    ]


def test_a_filter_makes_no_row_bad():
    assert account().bad_share == 2 / (7 - 2)


def test_no_rows_are_not_bad():
    unused = fates(rows("a", 1), "excluded", "filter")
    assert close_account([("a", 1)], rows("a"), unused).bad_share == 0.0


@pytest.mark.parametrize(("read", "used"), [(2, [1]), (1, [1, 2])])
def test_rows_that_do_not_add_up_are_never_passed_over(read, used):
    unused = no_fates() if read == 2 else fates(rows("a", 3), "merged", "twice")
    with pytest.raises(DataError) as caught:
        close_account([("a", read)], rows("a", *used), unused)
    merged = unused.height
    assert str(caught.value) == (
        "The rows of a source add up to the rows read, but found "
        f"{{'source': 'a', 'read': {read}, 'used': {len(used)}, 'merged': {merged}, 'excluded': 0, 'quarantined': 0}}: "
        "report this as a fault of hgrisk."
    )
