"""Patterns of answers in half a tree, compiled: what each gives to each feature, and which one a row has."""

from __future__ import annotations

import numpy as np

from hgrisk.hazards.compiled import compiled

MAX_DEPTH = 4
BLOCK = 1024
"""Rows that go through all trees together; their answers and sums stay in the processor's cache."""


@compiled
def _node_of(bit, half):
    """Return the heap place of a bit of a pattern: 0 the root, then the nodes of the half from its top."""
    if bit == 0:
        return 0
    width = 1
    while 2 * width <= bit:
        width *= 2
    return 2 * width - 1 + half * width + bit - width


@compiled
def fill_tables(feature, value, cover, which, table):
    """Fill which and table (both start as -1 and 0), and return the mean score by the covers."""
    n_trees, n_nodes = feature.shape
    n_bits = (n_nodes + 1) // 2
    base = 0.0
    bit_of = np.zeros(n_nodes, np.int64)
    nodes, bits, sides, slots, places = np.zeros((5, MAX_DEPTH), np.int64)
    shares, gains = np.zeros(MAX_DEPTH), np.zeros((1 << MAX_DEPTH, MAX_DEPTH))
    for tree in range(n_trees):
        for half in range(2):
            for bit in range(n_bits):
                node = _node_of(bit, half)
                bit_of[node] = bit
                if feature[tree, node] >= 0:
                    _place(which[tree, half], feature[tree, node])
            for leaf in range(half * n_bits, (half + 1) * n_bits):
                depth = _climb(feature[tree], n_nodes + leaf, nodes, sides)
                if depth < 0:
                    continue
                n_features = _gather(feature[tree], cover[tree], depth, nodes, sides, places, shares, slots)
                base += value[tree, leaf] * np.prod(shares[:n_features])
                _gain(shares, n_features, value[tree, leaf], gains)
                for k in range(depth):
                    bits[k] = bit_of[nodes[k]]
                _spread(gains, n_features, depth, bits, sides, slots, places, which[tree, half], table[tree, half])
    return base


@compiled
def _place(known, feature):
    """Return the place of a feature among those known, which end in -1; a new one is put there."""
    place = 0
    while known[place] >= 0 and known[place] != feature:
        place += 1
    known[place] = feature
    return place


@compiled
def _climb(feature, leaf, nodes, sides):
    """Note the splits above a leaf and the side taken (1 is left); return how many, or -1 where no row gets there."""
    depth, k = 0, leaf
    while k > 0:
        parent = (k - 1) // 2
        left = 1 if k == 2 * parent + 1 else 0
        if feature[parent] >= 0:
            nodes[depth], sides[depth] = parent, left
            depth += 1
        elif left == 0:
            return -1
        k = parent
    return depth


@compiled
def _gather(feature, cover, depth, nodes, sides, features, shares, slots):
    """Bring the splits of a path together by feature: the share of the training weight that stays on the path."""
    n_features = 0
    for k in range(depth):
        node = nodes[k]
        left, right = cover[2 * node + 1], cover[2 * node + 2]
        share = 0.5
        if left + right > 0:
            share = (left if sides[k] else right) / (left + right)
        slot = 0
        while slot < n_features and features[slot] != feature[node]:
            slot += 1
        if slot == n_features:
            features[slot], shares[slot] = feature[node], 1.0
            n_features += 1
        shares[slot] *= share
        slots[k] = slot
    return n_features


@compiled
def _gain(shares, n_features, value, gains):
    """Fill gains[kept, a]: what a leaf gives to feature a of its path when a row keeps to it in the features kept."""
    factorial = (1.0, 1.0, 2.0, 6.0, 24.0)
    for kept in range(1 << n_features):
        for a in range(n_features):
            total = 0.0
            for coalition in range(1 << n_features):
                if (coalition >> a) & 1:
                    continue
                product, size = 1.0, 0
                for b in range(n_features):
                    if b == a:
                        continue
                    if (coalition >> b) & 1:
                        product *= (kept >> b) & 1
                        size += 1
                    else:
                        product *= shares[b]
                total += product * factorial[size] * factorial[n_features - 1 - size]
            gains[kept, a] = value * (((kept >> a) & 1) - shares[a]) * total / factorial[n_features]


@compiled
def _spread(gains, n_features, depth, bits, sides, slots, features, known, table):
    """Add the gains of a leaf to the table, under every pattern of answers in the half."""
    for pattern in range(table.shape[1]):
        kept = (1 << n_features) - 1
        for k in range(depth):
            if ((pattern >> bits[k]) & 1) != sides[k]:
                kept &= ~(1 << slots[k])
        for a in range(n_features):
            table[_place(known, features[a]), pattern] += gains[kept, a]


@compiled
def add_contributions(bins, out, first, last, feature, shift, cut, which, table):
    """Write the contributions of rows first to last; columns lie apart within a block."""
    n_trees, n_bits, p = feature.shape[0], which.shape[2], bins.shape[1]
    columns, sums = np.empty((p, BLOCK), np.uint8), np.empty((p, BLOCK))
    pattern = np.empty(BLOCK, np.uint8)
    for start in range(first, last, BLOCK):
        size = min(BLOCK, last - start)
        for j in range(p):
            for i in range(size):
                columns[j, i] = bins[start + i, j]
        sums[:] = 0.0
        for tree in range(n_trees):
            for half in range(2):
                _answer_half(columns, (feature[tree], shift[tree], cut[tree]), half, n_bits, size, pattern)
                for place in range(n_bits):
                    column = which[tree, half, place]
                    if column < 0:
                        break
                    _look_up(table[tree, half, place], pattern, size, sums[column])
        for i in range(size):
            for j in range(p):
                out[start + i, j] = sums[j, i]


@compiled
def _answer_half(columns, tree, half, n_bits, size, pattern):
    """Fill the patterns of a block of rows; a node without a split answers left."""
    feature, shift, cut = tree
    pattern[:] = 0
    for bit in range(n_bits):
        node, left = _node_of(bit, half), np.uint8(1 << bit)
        if feature[node] < 0:
            for i in range(size):
                pattern[i] |= left
        else:
            _answer(columns[feature[node]], shift[node], cut[node], left, size, pattern)


@compiled
def _answer(column, shift, cut, left, size, pattern):
    for i in range(size):
        pattern[i] |= left if np.uint8(column[i] - shift) <= cut else np.uint8(0)


@compiled
def _look_up(row, pattern, size, total):
    for i in range(size):
        total[i] += row[pattern[i]]
