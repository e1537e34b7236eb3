"""Values for places in a state: such as mean another country or nothing, and such as do not."""

from collections.abc import Callable
from typing import Any, NamedTuple

from hoheit_policy.adapters.wire import SECRET, SIGNATURE, UNKNOWNS

from . import benign_states as benign

HIDDEN = ({SIGNATURE: SECRET, "ciphertext": "v1:x"}, "[secret]", *sorted(UNKNOWNS))
WRONG = (7, 1.5, True, [], {}, ["eu-central-1"], {"value": "fsn1"}, "")
ABROAD = ("us-east-1", "eu-west-2", "eu-central-2", "cn-north-1", "ap-southeast-2", "sa-east-1")
HOME = ("eu-central-1", "eu-west-1", "eu-west-3", "eu-north-1", "eu-south-1", "eu-south-2")
ODD = ("eu-central-9", "EU-CENTRAL-1", "global", "*", "${region}", "europe-west3", "local")

Make = Callable[[str], str]


class Kind(NamedTuple):
    """Values that stand in one kind of place."""

    bad: tuple[Any, ...]
    good: tuple[Any, ...]


def _all(make: Make, codes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(make(code) for code in codes)


def _vault(region: str) -> str:
    return benign.arn("backup", "vault:v", region)


_IMAGES = ("docker.io/evil/x", "ghcr.io/x/y", "evil.example.org/vllm/vllm-openai", "quay.io/x/y")
_OTHER_HOSTS = ("https://evil.example.org/w", "https://api.openai.com/v1", "https://8.8.8.8/w")
_US = ("ash", "hil", "sin", "ASH-DC1", "us-east", "moon", "fsn1.", "fsn1-", "fsn")
_OUTPOST = "arn:aws:outposts:eu-west-1:123456789012:outpost/op-1"

KINDS = {
    "region": Kind((*ABROAD, *ODD), HOME),
    "zone": Kind(
        (*_all("{}a".format, ABROAD), "eu-central-1-waw-1a", "euc1-az1", "eu-central-1"[:-2]),
        _all("{}b".format, HOME),
    ),
    "arn": Kind((*_all(_vault, ABROAD), *_all(_vault, ODD), _OUTPOST), _all(_vault, HOME)),
    "bucket": Kind(("arn:aws:s3:::foreign", "foreign"), ("arn:aws:s3:::data",)),
    "location": Kind((*_US, *ABROAD), ("fsn1", "nbg1", "hel1")),
    "network zone": Kind(("us-east", "us-west", "ap-southeast", "eu"), ("eu-central",)),
    "id": Kind((43, "43", "42a", "self"), (42, "42", 42.0)),
    "name": Kind(("other", "MAIN", "main ", "fast "), ()),
    "image": Kind((*_IMAGES, *_all("registry.example.com.{}/a".format, ("org", "evil"))), ()),
    "url": Kind(_OTHER_HOSTS, ("https://objects.example.com/other",)),
    "country": Kind(("US", "XX", "Germany", "unknown", "?", "de", "GB", "CH"), ("FR", "DE", "FI")),
    "switch": Kind(("0", "false", "no", "off", " 1"), ()),
    "reference": Kind(("urn:pulumi:prod::shop::pulumi:providers:aws::gone::1", "home", "::"), ()),
    "port": Kind((80, 22, "https", 0), (443.0,)),
}
