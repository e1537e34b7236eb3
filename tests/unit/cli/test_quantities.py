"""Quantities as Kubernetes writes them."""

import pytest
from hoheit_cli.quantities import quantity


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("4", 4),
        ("0.5", 0.5),
        ("3920m", 3.92),
        ("15842744Ki", 15842744 * 1024),
        ("14000Mi", 14000 * 2**20),
        ("1.5Gi", 1.5 * 2**30),
        ("100G", 100 * 10**9),
        ("1k", 1000),
        ("12e6", 12_000_000),
        ("2E", 2 * 10**18),
        ("1Ei", 2**60),
    ],
)
def test_a_quantity_is_read_in_its_base_unit(text: str, value: float) -> None:
    assert float(quantity(text)) == value


@pytest.mark.parametrize("text", ["", "Gi", "4 GiB", "1K", "four"])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no quantity"):
        quantity(text)
