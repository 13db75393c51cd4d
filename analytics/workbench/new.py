"""A new policy file: commented, valid as it stands, and with worked examples that hold."""

from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal
from pathlib import Path

from analytics.errors import UserError

#: The body size of the worked examples, in m².
SIZE = Decimal("1.80")


def write_new(answers: Mapping[str, str], folder: Path) -> Path:
    """Writes the file and returns its path; an existing one is left alone."""
    file = folder / f"{answers['id']}.toml"
    text = new_text(answers)
    try:
        with file.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except FileExistsError:
        raise UserError(f"{file} is there already, and is left as it is; give another id, or another --out.") from None
    except OSError as fault:
        raise UserError(f"'{file}' can't be written: {fault.strerror}.") from None
    return file


def new_text(answers: Mapping[str, str]) -> str:
    """The file's text: the template with the answers filled in."""
    template = Path(__file__).with_name("new.toml").read_text(encoding="utf-8")
    unit = Decimal(answers["mg-per-unit"])
    units = int((Decimal(answers["dose"]) * SIZE / unit).to_integral_value(ROUND_CEILING))
    payer = answers["payer"]
    values = {
        **{name.replace("-", "_"): value for name, value in answers.items()},
        "payers": f'["{payer}"]' if payer else "[]",
        "example_code": answers["diagnosis"] if "." in answers["diagnosis"] else f"{answers['diagnosis'][:3]}.9",
        "size": str(SIZE),
        "units": str(units),
        "too_many": str(units + 1),
        "day_before": str(int(answers["every"]) - 1),
    }
    for name, value in values.items():
        template = template.replace(f"«{name}»", value)
    return template
