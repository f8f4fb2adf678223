"""Regression trees for hazards by interval of time, compiled.

A row has one number of expected events for each interval in which it was at risk. A tree may split on a column or on
time: a node holds rows and a range of intervals, and a split on time leaves a row in both children, each with a part of
its intervals. So nothing is laid out by row and interval but the expected events.
"""

from __future__ import annotations

import numpy as np

from hgrisk.hazards.compiled import compiled

LEAF = -1
LEAST_GAIN = 1e-9
"""Gains below are rounding."""


@compiled
def expected_events(first, last, at, entered, left, weight, log_rate):
    """Return the events expected of each row in each of its intervals.

    Parameters
    ----------
    first, last : ndarray of int, shape (n,)
        First and last interval at risk.
    at : ndarray of int, shape (n + 1,)
        Where each row's values begin, and their number.
    entered, left : ndarray, shape (n,)
        Parts of the first and the last interval that had passed at entry and at the end.
    weight : ndarray, shape (n,)
        Case weights.
    log_rate : ndarray, shape (K,)
        Log hazard per interval.

    Returns
    -------
    ndarray, shape (at[n],)
        Hazard times time at risk times weight, row after row.
    """
    expected = np.empty(at[-1])
    for row in range(len(first)):
        for time in range(first[row], last[row] + 1):
            part = 1.0
            if time == first[row]:
                part -= entered[row]
            if time == last[row]:
                part -= 1.0 - left[row]
            expected[at[row] + time - first[row]] = weight[row] * part * np.exp(log_rate[time])
    return expected


@compiled
def grow_tree(bins, n_bins, direction, first, last, at, expected, happened, rows, depth, ridge, least):
    """Grow one tree on the current expected events, level by level.

    Parameters
    ----------
    bins : ndarray of uint8, shape (n, p)
        Bin of each value, from 1; 0 where it is missing.
    n_bins : ndarray of int, shape (p,)
        Bins of each column.
    direction : ndarray of int, shape (p,)
        1 where the hazard may only rise with the column, -1 where it may only fall, else 0.
    first, last, at
        As for :func:`expected_events`.
    expected : ndarray, shape (at[n],)
        Expected events.
    happened : ndarray, shape (n,)
        Weight of the row if it ends in the event, else 0.
    rows : ndarray of int, shape (m,)
        Rows to learn from.
    depth : int
        Most splits from root to leaf.
    ridge : float
        Added to the expected events of a leaf.
    least : float
        Fewest expected events of a leaf.

    Returns
    -------
    feature, threshold, left, right : ndarray of int32, shape (k,)
        Column of a node's split, p for time and -1 for a leaf; the last bin or interval that goes left; its children.
    missing_left : ndarray of bool, shape (k,)
        Whether missing values go left.
    value, gain : ndarray, shape (k,)
        Change of the log hazard at a leaf, and what a split gained.
    """
    n_columns, n_times = bins.shape[1], last[rows].max() + 1
    most = 2 ** (depth + 1) - 1
    feature, threshold = np.full(most, LEAF, np.int32), np.zeros(most, np.int32)
    left, right = np.zeros(most, np.int32), np.zeros(most, np.int32)
    missing_left, value, gain = np.zeros(most, np.bool_), np.zeros(most), np.zeros(most)
    low, high = np.zeros(most, np.int64), np.zeros(most, np.int64)
    floor, ceiling = np.full(most, -np.inf), np.full(most, np.inf)
    begin, end = np.zeros(most, np.int64), np.zeros(most, np.int64)
    widest = _widest(n_bins)
    excess, size = np.empty((n_columns, widest)), np.empty((n_columns, widest))
    time_excess, time_size = np.empty(n_times), np.empty(n_times)
    held = rows.copy()
    high[0], end[0] = n_times, len(rows)
    n_nodes, level = 1, 0
    for _ in range(depth):
        level_end, used = n_nodes, 0
        passed_on = np.empty(2 * len(held), held.dtype)
        for node in range(level, level_end):
            mine = held[begin[node] : end[node]]
            sums = (excess, size, time_excess, time_size)
            _sum_up(bins, first, last, at, expected, happened, mine, low[node], high[node], *sums)
            whole, whole_size = time_excess[low[node] : high[node]].sum(), time_size[low[node] : high[node]].sum()
            best = _best_split(
                n_bins, direction, excess, size, time_excess, time_size, whole, whole_size, low[node], high[node],
                floor[node], ceiling[node], ridge, least,
            )  # fmt: skip
            if node == 0:
                value[0] = whole / (whole_size + ridge)
            if best[0] <= LEAST_GAIN:
                continue
            gain[node], feature[node], threshold[node], missing_left[node] = best[0], best[1], best[2], best[3]
            one, other = n_nodes, n_nodes + 1
            left[node], right[node] = one, other
            value[one], value[other] = best[4], best[5]
            _bound(node, one, n_columns, direction, best, low, high, floor, ceiling)
            begin[one] = used
            used = _pass_on(True, mine, bins, first, last, best, passed_on, used)
            end[one] = begin[other] = used
            used = _pass_on(False, mine, bins, first, last, best, passed_on, used)
            end[other] = used
            n_nodes += 2
        held, level = passed_on[:used], level_end
    kept = slice(0, n_nodes)
    return feature[kept], threshold[kept], left[kept], right[kept], missing_left[kept], value[kept], gain[kept]


@compiled
def _widest(n_bins):
    widest = 1
    for n in n_bins:
        widest = max(widest, n + 1)
    return widest


@compiled
def _bound(node, one, n_columns, direction, best, low, high, floor, ceiling):
    """Give both children their intervals, and the values between which theirs must lie."""
    other = one + 1
    low[one] = low[other] = low[node]
    high[one] = high[other] = high[node]
    floor[one] = floor[other] = floor[node]
    ceiling[one] = ceiling[other] = ceiling[node]
    if best[1] == n_columns:
        high[one] = low[other] = best[2] + 1
    elif best[2] > 0:  # else missing against all values, which have no order
        middle = (best[4] + best[5]) / 2
        if direction[best[1]] > 0:
            ceiling[one] = floor[other] = middle
        if direction[best[1]] < 0:
            floor[one] = ceiling[other] = middle


@compiled
def _pass_on(to_left, rows, bins, first, last, best, passed_on, used):
    """Write the rows of one child behind those already written; return where they end."""
    for row in rows:
        if _goes(to_left, bins, row, first, last, best[1], best[2], best[3]):
            passed_on[used] = row
            used += 1
    return used


@compiled
def _goes(to_left, bins, row, first, last, column, threshold, missing_left):
    if column == bins.shape[1]:
        return first[row] <= threshold if to_left else last[row] > threshold
    found = bins[row, column]
    is_left = missing_left if found == 0 else found <= threshold
    return is_left == to_left


@compiled
def _sum_up(bins, first, last, at, expected, happened, rows, low, high, excess, size, time_excess, time_size):
    """Sum events less expected events, and expected events, by bin of each column and by interval."""
    excess[:], size[:], time_excess[:], time_size[:] = 0.0, 0.0, 0.0, 0.0
    for row in rows:
        mine, began = 0.0, first[row]
        for time in range(max(low, began), min(high, last[row] + 1)):
            here = expected[at[row] + time - began]
            mine += here
            time_size[time] += here
        over = -mine
        if low <= last[row] < high:
            over += happened[row]
            time_excess[last[row]] += happened[row]
        for column in range(bins.shape[1]):
            place = bins[row, column]
            excess[column, place] += over
            size[column, place] += mine
    time_excess -= time_size


@compiled
def _best_split(
    n_bins, direction, excess, size, time_excess, time_size, whole, whole_size, low, high, floor, ceiling, ridge, least
):
    """Return gain, column, threshold, side of the missing and both values of the split that gains most."""
    n_columns = len(n_bins)
    best = (0.0, LEAF, 0, False, 0.0, 0.0)
    for column in range(n_columns):
        missing, missing_size = excess[column, 0], size[column, 0]
        for side in range(2 if missing_size > 0 else 1):
            to_left = side == 1
            mine, mine_size = (missing, missing_size) if to_left else (0.0, 0.0)
            for place in range(0 if to_left else 1, n_bins[column]):
                if place > 0:
                    mine += excess[column, place]
                    mine_size += size[column, place]
                way = direction[column] if place > 0 else 0  # missing against all values is no order
                split = _gain(mine, mine_size, whole, whole_size, way, floor, ceiling, ridge, least)
                if split[0] > best[0] + LEAST_GAIN:
                    best = (split[0], column, place, to_left, split[1], split[2])
    mine, mine_size = 0.0, 0.0
    for time in range(low, high - 1):
        mine += time_excess[time]
        mine_size += time_size[time]
        split = _gain(mine, mine_size, whole, whole_size, 0, floor, ceiling, ridge, least)
        if split[0] > best[0] + LEAST_GAIN:
            best = (split[0], n_columns, time, False, split[1], split[2])
    return best


@compiled
def _gain(mine, mine_size, whole, whole_size, way, floor, ceiling, ridge, least):
    """Return what a split gains, and the values of both sides; 0 where it is not allowed."""
    other, other_size = whole - mine, whole_size - mine_size
    if mine_size < least or other_size < least or mine_size <= 0 or other_size <= 0:
        return 0.0, 0.0, 0.0
    one = min(max(mine / (mine_size + ridge), floor), ceiling)
    two = min(max(other / (other_size + ridge), floor), ceiling)
    if way * (two - one) < 0:
        return 0.0, 0.0, 0.0
    undivided = min(max(whole / (whole_size + ridge), floor), ceiling)
    gained = (
        _worth(one, mine, mine_size + ridge)
        + _worth(two, other, other_size + ridge)
        - _worth(undivided, whole, whole_size + ridge)
    )
    return gained, one, two


@compiled
def _worth(value, excess, size):
    return value * excess - 0.5 * size * value * value


@compiled
def apply_tree(bins, first, last, at, expected, log_rate, feature, threshold, left, right, missing_left, value):
    """Multiply the expected events of all rows by what a tree says, in place.

    Parameters
    ----------
    bins, first, last, at, expected
        As for :func:`grow_tree`.
    log_rate : ndarray, shape (n,)
        Log hazard of each row in its last interval; the tree is added.
    feature, threshold, left, right, missing_left, value
        One tree.
    """
    n_columns = bins.shape[1]
    factor = np.exp(value)
    nodes, lows, highs = np.empty(64, np.int32), np.empty(64, np.int64), np.empty(64, np.int64)
    for row in range(len(bins)):
        waiting = 1
        nodes[0], lows[0], highs[0] = 0, first[row], last[row] + 1
        while waiting:
            waiting -= 1
            node, low, high = nodes[waiting], lows[waiting], highs[waiting]
            while feature[node] != LEAF:
                if feature[node] == n_columns:
                    cut = threshold[node] + 1
                    if low < cut < high:
                        nodes[waiting], lows[waiting], highs[waiting] = right[node], cut, high
                        waiting += 1
                        high = cut
                    node = left[node] if low < cut else right[node]
                else:
                    found = bins[row, feature[node]]
                    is_left = missing_left[node] if found == 0 else found <= threshold[node]
                    node = left[node] if is_left else right[node]
            for time in range(low, high):
                expected[at[row] + time - first[row]] *= factor[node]
            if low <= last[row] < high:
                log_rate[row] += value[node]


@compiled
def add_trees(bins, roots, feature, threshold, left, right, missing_left, value, log_rate):
    """Add what all trees say to the log hazard of each interval, in place.

    Parameters
    ----------
    bins : ndarray of uint8, shape (m, p)
        Rows.
    roots : ndarray of int, shape (B,)
        First node of each tree.
    feature, threshold, left, right, missing_left, value
        The nodes of all trees.
    log_rate : ndarray, shape (m, K)
        Log hazards.
    """
    n_columns, n_times = bins.shape[1], log_rate.shape[1]
    nodes, lows, highs = np.empty(64, np.int32), np.empty(64, np.int64), np.empty(64, np.int64)
    for row in range(len(bins)):
        for root in roots:
            waiting = 1
            nodes[0], lows[0], highs[0] = root, 0, n_times
            while waiting:
                waiting -= 1
                node, low, high = nodes[waiting], lows[waiting], highs[waiting]
                while feature[node] != LEAF:
                    if feature[node] == n_columns:
                        cut = threshold[node] + 1
                        if low < cut < high:
                            nodes[waiting], lows[waiting], highs[waiting] = right[node], cut, high
                            waiting += 1
                            high = cut
                        node = left[node] if low < cut else right[node]
                    else:
                        found = bins[row, feature[node]]
                        is_left = missing_left[node] if found == 0 else found <= threshold[node]
                        node = left[node] if is_left else right[node]
                log_rate[row, low:high] += value[node]


@compiled
def log_likelihood(rows, at, expected, happened, log_rate):
    """Return the log likelihood of some rows: log hazards of events, less expected events."""
    total = 0.0
    for row in rows:
        total += happened[row] * log_rate[row]
        for place in range(at[row], at[row + 1]):
            total -= expected[place]
    return total
