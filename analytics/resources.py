"""Where the files that ship beside the code are: `sql/` and `reports/`.

An installed wheel carries them inside the package; a checkout (or an editable install) has them beside it.
"""

import base64
import hashlib
from pathlib import Path

_PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """The folder `name`: the packaged copy first, else the one beside the package."""
    packaged = _PACKAGE / "_resources" / name
    return packaged if packaged.is_dir() else _PACKAGE.parent / name


def csp_hash(text: str) -> str:
    """A script's or style's source expression in a page's Content-Security-Policy: this very text, and no other."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
