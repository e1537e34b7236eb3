"""Ways round the rules that take more than one command, or the order of things."""

from pathlib import Path

import pytest
from support.evasion import Reviewed, names_in, names_stopped
from support.thin_cloud import DRIFTED

US = 'us = provider("aws", "abroad", {"region": "us-east-1"})\n'
BAD = f'{US}bucket("data", provider=us)'
GOOD = 'bucket("data", {"bucket": "data", "region": "eu-central-1"}, provider=home)'


@pytest.fixture
def reviewed(tmp_path: Path) -> Reviewed:
    return Reviewed(tmp_path, AWS_REGION="us-east-1")


def test_without_the_pack_the_check_finds_it(reviewed: Reviewed) -> None:
    reviewed.write(BAD)
    reviewed.stack.up()
    assert "data" in names_in(reviewed.checked())


def test_with_every_policy_disabled_the_check_finds_it(reviewed: Reviewed) -> None:
    reviewed.review(all="disabled")
    reviewed.write(BAD)
    reviewed.stack.up(*reviewed.pack)
    assert "data" in names_in(reviewed.checked())


def test_the_region_of_the_environment_stops_in_pack_and_check(reviewed: Reviewed) -> None:
    reviewed.write('bucket("data")')
    assert "data" in names_stopped(reviewed.stack.preview(*reviewed.pack, fails=True))
    reviewed.stack.up()
    assert "data" in names_in(reviewed.checked())


def test_an_update_of_something_else_does_not_hide_what_is_there(reviewed: Reviewed) -> None:
    reviewed.write(BAD)
    reviewed.stack.up()
    reviewed.write(f'{BAD}\nbucket("more", provider=home)')
    target = f"urn:pulumi:{reviewed.stack.name}::sample::aws:s3/bucket:Bucket::more"
    reviewed.stack.up("--target", target)
    assert "data" in names_in(reviewed.checked())


def test_what_a_refresh_finds_elsewhere_stops(reviewed: Reviewed) -> None:
    reviewed.write(GOOD)
    reviewed.stack.up()
    assert not names_in(reviewed.checked())
    reviewed.stack.environment[DRIFTED] = "us-east-1"
    reviewed.stack.refresh()
    assert "data" in names_in(reviewed.checked())


def test_a_region_that_changes_are_ignored_of_is_the_one_that_counts(reviewed: Reviewed) -> None:
    reviewed.write(GOOD.replace("eu-central-1", "us-east-1"))
    reviewed.stack.up()
    reviewed.write(GOOD.replace("provider=home", 'provider=home, ignore_changes=["region"]'))
    assert "data" in names_stopped(reviewed.stack.preview(*reviewed.pack, fails=True))


def test_what_is_imported_is_judged_as_what_is_made(reviewed: Reviewed) -> None:
    reviewed.write("")
    reviewed.stack.up()
    reviewed.stack.import_("aws:s3/bucket:Bucket", "adopted", "foreign")
    assert "adopted" in names_in(reviewed.checked())


def test_a_region_of_another_stack_is_judged_by_its_value(reviewed: Reviewed) -> None:
    reviewed.write('pulumi.export("region", "us-east-1")')
    reviewed.stack.up()
    reviewed.stack.command("stack", "init", "second")
    reviewed.stack.name = "second"
    reviewed.write(
        'other = pulumi.StackReference("organization/sample/test")\n'
        'bucket("data", {"region": other.get_output("region")}, provider=home)'
    )
    assert "data" in names_stopped(reviewed.stack.preview(*reviewed.pack, fails=True))


def test_a_bucket_that_is_only_read_stops_an_update_that_copies_to_it(reviewed: Reviewed) -> None:
    reviewed.write(
        'read = bucket("read", id="foreign", provider=home)\n'
        'made("aws:s3/bucketReplicationConfig:BucketReplicationConfig", "copy",\n'
        '     {"rules": [{"destination": {"bucket": read.id}}]}, provider=home)'
    )
    assert "copy" in names_stopped(reviewed.stack.up(*reviewed.pack, fails=True))


GUARD = "from hoheit_policy.guard import ResidencyGuard\n"


def guarded(reviewed: Reviewed, *bodies: str) -> None:
    guard = f'{GUARD}guard = ResidencyGuard("guard", {reviewed.declared!r})'
    reviewed.write("\n".join([guard, *bodies]))


def test_the_guard_stops_an_update_without_the_pack(reviewed: Reviewed) -> None:
    guarded(reviewed, US)
    shown = reviewed.stack.up(fails=True).text
    assert "LOC-01 FAIL aws abroad region: AWS provider: in US" in shown
    assert "::abroad" not in reviewed.stack.state()


def test_the_guard_stops_a_plugin_from_elsewhere_at_its_end(reviewed: Reviewed) -> None:
    odd = 'provider("hcloud", "odd", {}, plugin_download_url="https://example.org")'
    guarded(reviewed, odd, 'pulumi.export("residency", guard.report())')
    shown = reviewed.stack.preview(fails=True).text
    assert "LOC-04 UNKNOWN hcloud odd pluginDownloadURL" in shown


MOVES = """
def moves(args):
    if args.type_ == "aws:s3/bucket:Bucket":
        return pulumi.ResourceTransformationResult({**args.props, "region": "us-east-1"}, args.opts)

pulumi.runtime.register_stack_transformation(moves)
"""


def test_what_is_changed_after_the_guard_the_pack_stops(reviewed: Reviewed) -> None:
    guarded(reviewed, MOVES, GOOD)
    assert "data" in names_stopped(reviewed.stack.preview(*reviewed.pack, fails=True))


@pytest.mark.parametrize("first", ["eu", "local"])
def test_a_second_guard_does_not_undo_the_first(reviewed: Reviewed, first: str) -> None:
    profiles = [first, "local" if first == "eu" else "eu"]
    declared = [{**reviewed.declared, "profile": one} for one in profiles]
    guards = [f'ResidencyGuard("g{n}", {one!r})' for n, one in enumerate(declared)]
    reviewed.write("\n".join([GUARD, *guards]))
    shown = reviewed.stack.preview(*reviewed.pack[:2], fails=True).text
    assert "two guards of this program declare different things" in shown


def test_an_exemption_of_everything_is_refused(reviewed: Reviewed) -> None:
    exemption = {"rule": "LOC-01", "resource": "*", "owner": "x", "reason": "x"}
    reviewed.declared["exemptions"] = [{**exemption, "until": "2026-12-31"}]
    reviewed.review()
    reviewed.write(BAD)
    shown = reviewed.stack.preview(*reviewed.pack, fails=True).text
    assert "exemptions.0.resource: would mean more than anybody can stand for" in shown
