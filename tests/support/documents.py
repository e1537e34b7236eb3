"""Programs that the documentation shows, read so that tests run what readers type."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def python_block(page: str) -> str:
    """The only Python block of a page."""
    text = (DOCS / page).read_text("utf-8")
    (block,) = re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return block


def yaml_blocks(page: str) -> list[str]:
    """Every YAML block of a page."""
    text = (DOCS / page).read_text("utf-8")
    return re.findall(r"^```yaml\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
