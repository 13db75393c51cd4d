"""Where the files that ship beside the code are: `sql/` and `reports/`.

An installed wheel carries them inside the package; a checkout (or an editable install) has them beside it.
"""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """The folder `name`: the packaged copy first, else the one beside the package."""
    packaged = _PACKAGE / "_resources" / name
    return packaged if packaged.is_dir() else _PACKAGE.parent / name
