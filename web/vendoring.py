"""Fetches the GOV.UK Design System's stylesheet into static/, without its font and crest: `make frontend`.

A council may use the patterns, but not the GDS Transport font, the crown or the GOV.UK logotype.
"""

from __future__ import annotations

import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "govuk-frontend@6.3.0"  # the one that govuk-frontend-jinja 4.1.0 is written for
STYLES = "package/dist/govuk/govuk-frontend.min.css"
KEPT = Path(__file__).parent / "static" / "govuk-frontend.css"
OWNER = "Copyright (C) 2017 HM Government (Government Digital Service)"
NOTICE = f"/*! {PACKAGE}, MIT licence, {OWNER}: without its font, crest and source map */\n"


def without_what_is_not_ours(styles: str) -> str:
    """The stylesheet with a plain font, and with nothing it would fetch."""
    styles = re.sub(r"@font-face\{[^}]*\}", "", styles)
    styles = styles.replace("GDS Transport,arial", "arial")
    styles = re.sub(r"url\(/assets/[^)]*\)", "none", styles)
    return re.sub(r"/\*# sourceMappingURL=.*?\*/", "", styles)


def main() -> None:
    """Fetch the package from the npm registry and write the stylesheet."""
    with tempfile.TemporaryDirectory() as place:
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=place, check=True, stdout=subprocess.DEVNULL)  # noqa: S603, S607
        (packed,) = Path(place).glob("*.tgz")
        with tarfile.open(packed) as archive:
            found = archive.extractfile(STYLES)
            assert found  # noqa: S101 - the archive is the version named above
            styles = without_what_is_not_ours(found.read().decode())
    KEPT.write_text(NOTICE + styles)
    print(f"{KEPT}: {len(styles):,} characters")


if __name__ == "__main__":
    main()
