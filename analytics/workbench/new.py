"""A new policy file: commented, valid as it stands, and with worked examples that hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from pathlib import Path

from analytics.errors import UserError


@dataclass(frozen=True, slots=True)
class Form:
    """How doses are limited: the keys and the measure of the limit, and the body of the worked examples."""

    keys: str
    measure: str
    size: Decimal
    unit: str
    body: str


FORMS: Mapping[str, Form] = {
    "m2": Form("", "mg/m²", Decimal("1.80"), "m²", "bsa_m2 = 1.80\n"),
    "kg": Form('\nper = "kg"', "mg/kg", Decimal(80), "kg", "weight_kg = 80\n"),
    "flat": Form('\nper = "flat"', "mg", Decimal(1), "", ""),
    "units": Form('\nper = "flat"\ncounted_in = "units"', "units", Decimal(1), "", ""),
}


def write_new(answers: Mapping[str, str], folder: Path) -> Path:
    """Writes the file and returns its path; an existing one is left alone."""
    file = folder / f"{answers['id']}.toml"
    text = new_text(answers)
    try:
        with file.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except FileNotFoundError:
        raise UserError(f"There is no folder '{folder}'; right would be one that is there, or no --out.") from None
    except FileExistsError:
        raise UserError(f"{file} is there already, and is left as it is; give another id, or another --out.") from None
    except OSError as fault:
        raise UserError(f"'{file}' can't be written: {fault.strerror}.") from None
    return file


def new_text(answers: Mapping[str, str]) -> str:
    """The file's text: the template with the answers filled in."""
    template = Path(__file__).with_name("new.toml").read_text(encoding="utf-8")
    form = FORMS[answers.get("per", "m2")]
    unit = Decimal(1) if form.measure == "units" else Decimal(answers["mg-per-unit"])
    units = int((Decimal(answers["dose"]) * form.size / unit).to_integral_value(ROUND_CEILING))
    payer = answers["payer"]
    values = {
        **{name.replace("-", "_"): value for name, value in answers.items()},
        "payers": f'["{payer}"]' if payer else "[]",
        "example_code": answers["diagnosis"] if "." in answers["diagnosis"] else f"{answers['diagnosis'][:3]}.9",
        "dose_keys": form.keys,
        "measure": form.measure,
        "times": f" × {form.size} {form.unit}" if form.unit else "",
        "body": form.body,
        "units": str(units),
        "too_many": str(units + 1),
        "day_before": str(int(answers["every"]) - 1),
    }
    for name, value in values.items():
        template = template.replace(f"«{name}»", value)
    return template
