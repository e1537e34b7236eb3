from pathlib import Path

import pytest
from hoheit_lab.cluster.config import CERTIFIED
from hoheit_lab.cluster.pki import is_current
from unit.lab.node.authority import write_authority


def test_a_certificate_that_covers_what_pods_call_the_api_server_is_kept(tmp_path: Path) -> None:
    write_authority(tmp_path / "pki", ["127.0.0.1", *CERTIFIED])
    assert is_current(tmp_path / "pki")


@pytest.mark.parametrize("missing", CERTIFIED)
def test_one_that_an_older_lab_made_without_an_address_is_not(missing: str, tmp_path: Path) -> None:
    covered = [address for address in CERTIFIED if address != missing]
    write_authority(tmp_path / "pki", ["127.0.0.1", *covered])
    assert not is_current(tmp_path / "pki")


def test_where_there_is_no_certificate_there_is_none_to_keep(tmp_path: Path) -> None:
    assert not is_current(tmp_path)
