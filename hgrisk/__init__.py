"""hgrisk: risk and recurrence of domestic violence from dated case histories.

The public names below are imported when they are first used, so that ``import hgrisk`` costs nothing.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
