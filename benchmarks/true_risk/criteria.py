"""What the means have to keep to, set down beside them."""

from __future__ import annotations

import re

import numpy as np

CRITERIA = ()


def with_criteria(table):
    table = table.assign(at_least=np.nan, at_most=np.nan, holds="")
    return table
