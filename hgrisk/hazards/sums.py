"""Gradient and information of the Cox likelihood: one weighted Gram product, and two terms for each event time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hgrisk.hazards.compiled import compiled
from hgrisk.hazards.design import Design
from hgrisk.hazards.risk_sets import Floats, RiskSets, Slots
from hgrisk.hazards.steps import Point, Weighted, expected_events
from hgrisk.hazards.threads import side_by_side

LARGEST_TABLE = 4_000_000
"""Values of a table by slot and column that is held at once; beyond it, slots are gone through block by block."""

BLOCK_SLOTS = 4_096
"""Slots of a block."""


@dataclass(frozen=True)
class Block:
    """Neighbouring slots, and the rows that end or begin there.

    Attributes
    ----------
    low, high : int
        The first slot and the one after the last.
    stopping, starting : range or ndarray of int
        Rows whose time at risk ends, and late rows whose time begins, at one of the slots.
    """

    low: int
    high: int
    stopping: range | Slots
    starting: range | Slots


@dataclass(frozen=True)
class BlockSums:
    """What the rows of a block add up to.

    Attributes
    ----------
    gram : ndarray, shape (p, p)
        Sum of ``expected x x'`` over the stopping rows.
    gradient : ndarray, shape (p,)
        Sum of ``(observed - expected) x``.
    leaving : ndarray, shape (k_block, p)
        Sum of ``risk x`` over those that end at a slot, less that over those that begin.
    of_events : ndarray, shape (k_block, p)
        The same over the events of slots with ties.
    """

    gram: Floats
    gradient: Floats
    leaving: Floats
    of_events: Floats

    def plus(self, other: BlockSums) -> BlockSums:
        """Add the sums of other rows."""
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return BlockSums(*(mine + theirs for mine, theirs in pairs))


def cut_into_blocks(sets: RiskSets, n_columns: int) -> list[Block]:
    """Cut the slots into blocks; few slots are one block, whose rows need no order.

    Parameters
    ----------
    sets : RiskSets
        The rows.
    n_columns : int
        Columns of a table by slot.

    Returns
    -------
    list of Block
        Blocks by slot.
    """
    n_rows, n_slots = len(sets.stop), sets.n_slots
    if n_slots * max(1, n_columns) <= LARGEST_TABLE:
        every = range(n_rows)
        return [Block(0, n_slots, every, every if sets.has_late else range(0))]
    bounds = np.append(np.arange(0, n_slots, BLOCK_SLOTS), n_slots)
    late = np.flatnonzero(~sets.opens[sets.start])
    stopping, starting = _by_block(sets.stop, bounds), _by_block(sets.start[late], bounds)
    return [
        Block(int(low), int(high), ending, late[beginning].astype(np.int32))
        for low, high, ending, beginning in zip(bounds[:-1], bounds[1:], stopping, starting, strict=True)
    ]


def _by_block(slots: Slots, bounds: Slots) -> list[Slots]:
    block = (slots // BLOCK_SLOTS).astype(np.int32)
    order = np.argsort(block, kind="stable").astype(np.int32)
    return np.split(order, np.searchsorted(block[order], np.arange(1, len(bounds) - 1)))


def derivatives(
    weighted: Weighted, design: Design, point: Point, blocks: list[Block], by: Floats | None = None
) -> tuple[Floats, Floats]:
    """Return gradient and observed information of the log partial likelihood.

    Parameters
    ----------
    weighted : Weighted
        Risk sets and weights.
    design : Design
        Columns.
    point : Point
        The likelihood at the coefficients.
    blocks : list of Block
        The slots of the risk sets.
    by : ndarray, shape (k,), optional
        A factor of each slot's terms, 0 or above, for tests of whether effects change with time.

    Returns
    -------
    gradient : ndarray, shape (p,)
        First derivatives.
    information : ndarray, shape (p, p)
        Second derivatives, times -1.

    Notes
    -----
    The information is ``sum of expected x x'`` over the rows, less the outer products of the risk-set means over the
    steps of each slot. Efron's means are linear in the part f of the tied events E that a step takes out of the risk
    set A. So, with ``s_t`` the sums of ``w f**t / total**2``, those of a slot are two terms:
    ``s_0 a a' + (s_2 - s_1**2 / s_0) E E'`` with ``a = A - s_1 / s_0 E``.
    """
    expected = expected_events(weighted.sets, point, by)
    observed = weighted.weight * weighted.sets.happened
    if by is not None:
        observed = observed * by[weighted.sets.stop]
    information = np.zeros((design.n_columns, design.n_columns))
    gradient = np.zeros(design.n_columns)
    twice = point.twice if by is None else point.twice * by[:, None]
    carried = np.zeros(design.n_columns)
    for block, sums in block_sums(weighted, design, point, blocks, (observed, expected)):
        at_risk = from_the_end(sums.leaving, weighted.sets.opens[block.low : block.high], carried)
        information += sums.gram - _outer_of_means(at_risk, sums.of_events, twice[block.low : block.high])
        gradient += sums.gradient
    return gradient, (information + information.T) / 2


def block_sums(
    weighted: Weighted, design: Design, point: Point, blocks: list[Block], rates: tuple[Floats, Floats] | None = None
) -> Iterator[tuple[Block, BlockSums]]:
    """Sum over the rows of each block, from the last block to the first.

    Parameters
    ----------
    weighted, design, point, blocks
        As for :func:`derivatives`.
    rates : tuple of two ndarray, shape (n,), optional
        Events observed and expected of each row; without them neither Gram product nor gradient is taken.

    Yields
    ------
    Block
        A block.
    BlockSums
        Its sums.
    """

    def work(part: tuple[Block, range | Slots, range | Slots]) -> BlockSums:
        return _sum_rows(weighted, design, point, part, rates)

    if len(blocks) == 1:
        block = blocks[0]
        parts = [(block, rows, rows if len(block.starting) else range(0)) for rows in design.shares()]
        first, *others = side_by_side(work, parts)
        for other in others:
            first = first.plus(other)
        yield block, first
        return
    for at in range(len(blocks), 0, -8):
        some = blocks[max(0, at - 8) : at][::-1]
        done = side_by_side(work, [(block, block.stopping, block.starting) for block in some])
        yield from zip(some, done, strict=True)


def _sum_rows(
    weighted: Weighted,
    design: Design,
    point: Point,
    part: tuple[Block, range | Slots, range | Slots],
    rates: tuple[Floats, Floats] | None,
) -> BlockSums:
    block, stopping, starting = part
    sets, p = weighted.sets, design.n_columns
    leaving, of_events = np.zeros((block.high - block.low, p)), np.zeros((block.high - block.low, p))
    gram, gradient = np.zeros((p, p)), np.zeros(p)
    tied = (weighted.n_tied > 1) & weighted.efron
    at_once = starting is stopping
    buffer = design.buffer()
    for chunk in design.chunks(stopping):
        filled, risk, stop = design.fill(chunk, buffer), point.risk[chunk], sets.stop[chunk]
        if at_once:
            _take_starting(filled, risk, sets.start[chunk], sets.opens, block.low, leaving)
        _add_stopping(filled, risk, stop, sets.happened[chunk] & tied[stop], block.low, leaving, of_events)
        if rates is not None:
            _weigh(filled, rates[0][chunk], rates[1][chunk], gradient)
            gram += filled.T @ filled
    for chunk in [] if at_once else design.chunks(starting):
        filled = design.fill(chunk, buffer)
        _take_starting(filled, point.risk[chunk], sets.start[chunk], sets.opens, block.low, leaving)
    return BlockSums(gram, gradient, leaving, of_events)


@compiled
def _weigh(filled, observed, expected, gradient):
    """Add ``(observed - expected) x`` up, and multiply each row by the root of what is expected of it."""
    for row in range(len(filled)):
        surplus, root = observed[row] - expected[row], np.sqrt(max(expected[row], 0.0))
        for column in range(filled.shape[1]):
            gradient[column] += surplus * filled[row, column]
            filled[row, column] *= root


@compiled
def _add_stopping(filled, risk, stop, tied, low, leaving, of_events):
    for row in range(len(filled)):
        slot, size = stop[row] - low, risk[row]
        for column in range(filled.shape[1]):
            leaving[slot, column] += size * filled[row, column]
        if tied[row]:
            for column in range(filled.shape[1]):
                of_events[slot, column] += size * filled[row, column]


@compiled
def _take_starting(filled, risk, start, opens, low, leaving):
    for row in range(len(filled)):
        if not opens[start[row]]:
            slot, size = start[row] - low, risk[row]
            for column in range(filled.shape[1]):
                leaving[slot, column] -= size * filled[row, column]


@compiled
def from_the_end(leaving, opens, carried):
    """Turn sums over those that leave at each slot into sums over those at risk there, in place.

    Parameters
    ----------
    leaving : ndarray, shape (k_block, p)
        Sums over the rows that end at a slot, less those that begin.
    opens : ndarray of bool, shape (k_block,)
        Whether a slot opens a stratum.
    carried : ndarray, shape (p,)
        Sums at the slot after the block, in; at the first slot of the block, out.

    Returns
    -------
    ndarray, shape (k_block, p)
        Sums over those at risk.
    """
    for slot in range(len(leaving) - 1, -1, -1):
        for column in range(leaving.shape[1]):
            carried[column] = 0.0 if opens[slot] else carried[column] + leaving[slot, column]
            leaving[slot, column] = carried[column]
    return leaving


def _outer_of_means(at_risk: Floats, of_events: Floats, twice: Floats) -> Floats:
    some = np.flatnonzero(twice[:, 0])
    first, second, _, spread = twice[some].T
    mean = at_risk[some] - (second / first)[:, None] * of_events[some]
    outer = _weighted_gram(mean, first)
    tied = np.flatnonzero(spread)
    if len(tied):
        outer += _weighted_gram(of_events[some[tied]], spread[tied])
    return outer


def _weighted_gram(columns: Floats, weight: Floats) -> Floats:
    root = columns * np.sqrt(np.maximum(weight, 0.0))[:, None]
    return root.T @ root
