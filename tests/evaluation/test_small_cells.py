"""Hidden cells: what is printed tells no small count, found by trying every table that would print alike."""

from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hgrisk.errors import DataError
from hgrisk.evaluation.small_cells import hidden_cells

MIN_CELL = 4
COUNTS = st.lists(st.integers(0, 9), min_size=1, max_size=4)


def printed(counts, total):
    """Return what a page prints: the total, and each count, that it is small, or nothing of it."""
    hidden = hidden_cells(counts, MIN_CELL, total=total)
    told = (f"<{MIN_CELL}" if n < MIN_CELL else "hidden" if gone else n for n, gone in zip(counts, hidden, strict=True))
    return (total, *told)


@given(counts=COUNTS, beyond=st.sampled_from([0, 0, 3, 12]))
def test_no_hidden_cell_can_be_computed_from_what_is_printed(counts, beyond):
    """Every table with the same total and the same cells in sight: each small cell has another value in one of them."""
    total = sum(counts) + beyond
    page = printed(counts, total)
    hidden = hidden_cells(counts, MIN_CELL, total=total)
    assume(not hidden.all())
    small = [place for place, n in enumerate(counts) if n < MIN_CELL]
    most = min(n for n, gone in zip(counts, hidden, strict=True) if not gone)  # the rule is known too
    limits = [
        range(MIN_CELL) if told == f"<{MIN_CELL}" else range(MIN_CELL, most + 1) if told == "hidden" else (told,)
        for told in page[1:]
    ]
    alike = [each for each in product(*limits) if sum(each) == total or (beyond and sum(each) <= total)]
    for place in small:
        assert len({each[place] for each in alike}) > 1


@given(counts=COUNTS, beyond=st.integers(0, 12))
def test_small_cells_are_hidden_and_the_others_from_the_smallest_up(counts, beyond):
    hidden = hidden_cells(counts, MIN_CELL, total=sum(counts) + beyond)
    each = np.array(counts)
    assert hidden[each < MIN_CELL].all()
    more = hidden & (each >= MIN_CELL)
    if more.any() and not hidden.all():
        assert each[more].max() <= each[~hidden].min()
    if not (each < MIN_CELL).any() and beyond in {0, *range(MIN_CELL, 13)}:
        assert not hidden.any()


def test_of_equal_counts_the_first_is_hidden_first():
    assert hidden_cells([50, 3, 50, 50], 10).tolist() == [True, True, False, False]


def test_a_sum_that_leaves_one_value_hides_one_more():
    assert hidden_cells([9, 9, 40, 50], 10).tolist() == [True, True, True, False]
    assert hidden_cells([9, 8, 40, 50], 10).tolist() == [True, True, False, False]
    assert hidden_cells([0, 10, 40, 50], 10).tolist() == [True, True, True, False]
    assert hidden_cells([9, 30, 30, 40, 50], 10).tolist() == [True, True, True, False, False]


def test_what_no_row_shows_is_a_hidden_cell_of_its_own():
    assert hidden_cells([40, 50], 10, total=97).tolist() == [True, False]
    assert not hidden_cells([40, 50], 10, total=101).any()
    assert hidden_cells([5, 40, 50], 10, total=106).tolist() == [True, False, False]


def test_a_count_that_is_not_known_is_hidden_with_the_rest_of_the_total():
    assert hidden_cells([np.nan, 40, 50], 10, total=120).tolist() == [True, True, False]
    assert hidden_cells([np.nan, np.nan, 40, 50], 10, total=120).tolist() == [True, True, False, False]
    assert hidden_cells([np.nan, np.nan, 40, 50], 10, total=95).tolist() == [True, True, True, False]


def test_a_group_hidden_for_another_reason_is_not_alone():
    assert hidden_cells([60, 40, 50], 10, also=[True, False, False]).tolist() == [True, True, False]
    assert hidden_cells([60, 5, 50], 10, also=[True, False, False]).tolist() == [True, True, False]


def test_a_negative_count_is_refused():
    with pytest.raises(DataError) as caught:
        hidden_cells([3, -1], 10)
    assert str(caught.value) == "A count is 0 or more, but found -1: count rows, not weights."
