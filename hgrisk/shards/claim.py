"""A folder belongs to one build: the same delivery, experiment and version of hgrisk."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from hgrisk.errors import DataError
from hgrisk.histories.mapping import MappingFile
from hgrisk.provenance import code_version, software
from hgrisk.settings import Settings
from hgrisk.shards.folder import ACCOUNT, ATTRITION, BUILD, FEATURES, LANDMARKS, UNUSED, WHOLE
from hgrisk.shards.staging import read_facts, write_facts

STAGE = ".stage"
"""Case histories by shard while a build is under way; removed at its end."""
_OURS = frozenset({BUILD, WHOLE, ACCOUNT, UNUSED, ATTRITION, FEATURES, LANDMARKS, STAGE})
_RULE = "A folder holds the features of one build"
_NAMES = {"data": "another delivery", "settings": "another experiment or shard size", "code": "another version"}


def origin_of(folder: Path, sources: MappingFile, settings: Settings) -> dict[str, str]:
    """Return what a build is made from.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the delivery.
    sources : MappingFile
        Its sources; each file is read once.
    settings : Settings
        What is built, and in how large pieces.

    Returns
    -------
    dict of str
        ``data`` and ``settings`` as SHA-256, and the version of ``code``.
    """
    data = hashlib.sha256(sources.model_dump_json().encode())
    for name in sorted({source.file for source in sources.source}):
        with (folder / name).open("rb") as file:
            data.update(f"{name}:{hashlib.file_digest(file, 'sha256').hexdigest()}".encode())
    rules = hashlib.sha256(settings.model_dump_json().encode())
    return {"data": data.hexdigest(), "settings": rules.hexdigest(), "code": f"{code_version()}; {software()}"}


def claim_folder(out: Path, origin: dict[str, str]) -> Path:
    """Make a folder for a build, or take up that of the same build.

    Parameters
    ----------
    out : pathlib.Path
        A new or empty folder, or that of an earlier build.
    origin : dict of str
        What the build is made from, see :func:`origin_of`.

    Returns
    -------
    pathlib.Path
        The folder of the shards, closed to other users.

    Raises
    ------
    DataError
        If it holds something else, or a build from something else.
    """
    if out.exists() and not out.is_dir():
        raise DataError(_RULE, f"that a file is in the way, {out.name}", "name a folder")
    found = sorted(path.name for path in out.iterdir()) if out.exists() else []
    strange = [name for name in found if name.removesuffix(".new") not in _OURS]
    strange += [name for name in found if (out / name).is_symlink()]
    begun = BUILD in found or not found or f"{BUILD}.new" in found
    if strange or not begun:
        raise DataError(_RULE, f"{(strange or found)[0]} in {out.name or out}", "name a new folder")
    if BUILD in found:
        _check_same(out, origin)
    out.mkdir(parents=True, exist_ok=True)
    (out / FEATURES).mkdir(exist_ok=True)
    if BUILD not in found:
        shutil.rmtree(out / STAGE, ignore_errors=True)  # nobody vouches for what lies there
    for private in (LANDMARKS, STAGE):  # the keys of households, and their histories
        (out / private).mkdir(mode=0o700, exist_ok=True)
        (out / private).chmod(0o700)  # a folder that came back from a copy may be open
    write_facts(out / BUILD, origin)
    return out / STAGE


def give_up(out: Path) -> None:
    """Remove all that a build left which cannot succeed.

    Parameters
    ----------
    out : pathlib.Path
        Its folder; it stays itself.
    """
    for name in _OURS:
        path = out / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _check_same(out: Path, origin: dict[str, str]) -> None:
    try:
        before = dict(read_facts(out / BUILD))
    except (ValueError, TypeError) as error:
        raise DataError(_RULE, f"a damaged {BUILD} in {out.name or out}", "remove this folder") from error
    other = [words for key, words in _NAMES.items() if before.get(key) != origin[key]]
    if other:
        found = f"one of {' and '.join(other)} in {out.name or out}"
        raise DataError(_RULE, found, "name a new folder, or remove this one")
