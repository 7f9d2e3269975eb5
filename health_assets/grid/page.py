"""The grid as one self-contained HTML file: no network, readable without JavaScript, written atomically."""

import base64
import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from health_assets.grid.colour import GREEN_FROM, LOOKS, RED_BELOW, Colour
from health_assets.grid.document import grid_document
from health_assets.grid.exports import grid_csv, grid_json
from health_assets.grid.model import Grid, Row
from health_assets.grid.wording import REASON_CODE, age_text, instant_text
from health_assets.model.reason import REASON_TEXT

_TEMPLATES = Path(__file__).with_name("templates")
#: Rows named on top of the page; the others are counted.
_ATTENTION = 8


def page_html(grid: Grid) -> str:
    """The whole page. Scripts and styles are allowed by their hash only, so that nothing injected could ever run."""
    style = _palette() + (_TEMPLATES / "page.css").read_text(encoding="utf-8")
    script = (_TEMPLATES / "page.js").read_text(encoding="utf-8")
    document = grid_document(grid)
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    attention = grid.attention()
    rows = {row["fom"]: row for row in document["rows"]}
    return environment.get_template("page.html.j2").render(
        grid=document,
        categories=_by_category(document),
        attention=[rows[row.fom.name] for row in attention[:_ATTENTION]],
        more=_tally(attention[_ATTENTION:]),
        generated=instant_text(grid.generated_at, grid.zone),
        ages=_ages(grid),
        looks=LOOKS,
        colours=[Colour.RED, Colour.YELLOW, Colour.GREEN, Colour.GREY],
        red_below=f"{RED_BELOW:.2f}",
        green_from=f"{GREEN_FROM:.2f}",
        reasons=[(REASON_CODE[reason], REASON_TEXT[reason]) for reason in grid.reasons()],
        policy=_policy(style=style, script=script),
        # both files are ours; neither may be escaped, or the hashes would not match
        style=Markup(style),  # noqa: S704
        script=Markup(script),  # noqa: S704
        data=Markup(script_json(document)),  # noqa: S704
    )


def script_json(document: Any) -> str:
    """JSON that is inert inside a script element: without `<` there is neither `</script` nor `<!--`."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def write_page(grid: Grid, folder: Path) -> tuple[Path, ...]:
    """Writes index.html, grid.json and grid.csv into `folder`; returns their paths.

    All three are rendered before the first is replaced, and each is replaced in one step: a reader sees the old file or
    the new one, and a failure leaves the old ones. Raises OSError where the folder cannot be written.
    """
    contents = {"grid.json": grid_json(grid), "grid.csv": grid_csv(grid), "index.html": page_html(grid)}
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(_replace(folder / name, content) for name, content in contents.items())


def _replace(path: Path, content: str) -> Path:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes the file private; a web server of another user has to read it
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path


def _palette() -> str:
    """The colours of the one rule as CSS variables for both schemes."""
    light = "".join(f"--{c}:{look.fill};--{c}-ink:{look.ink};" for c, look in LOOKS.items())
    dark = "".join(f"--{c}:{look.dark_fill};--{c}-ink:{look.dark_ink};" for c, look in LOOKS.items())
    return f":root{{{light}}}\n@media (prefers-color-scheme: dark){{:root{{{dark}}}}}\n"


def _policy(*, style: str, script: str) -> str:
    return (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _by_category(document: dict[str, Any]) -> list[tuple[str, list[tuple[int, dict[str, Any]]]]]:
    """Categories with their rows, each row with its place in the document, which the script looks it up by."""
    groups: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for place, row in enumerate(document["rows"]):
        groups.setdefault(row["category"], []).append((place, row))
    return list(groups.items())


def _tally(rows: Sequence[Row]) -> list[str]:
    """`1 more yellow`, `6 missing`: what the list on top leaves to the grid."""
    words = ((Colour.RED, "more red"), (Colour.YELLOW, "more yellow"), (Colour.GREY, "missing"))
    colours = [row.latest.colour for row in rows]
    return [f"{colours.count(colour)} {word}" for colour, word in words if colour in colours]


def _ages(grid: Grid) -> dict[str, str]:
    """Source -> how long before the page its last collection began."""
    ages = {}
    for status in grid.sources:
        if status.collection is not None:
            age = max(grid.generated_at - status.collection.started_at, timedelta(0))
            ages[status.source] = age_text(age)
    return ages
