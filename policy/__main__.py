"""The policy pack: `pulumi preview --policy-pack policy/`."""

from hoheit_policy.adapters.policy_pack import policies
from pulumi_policy import PolicyPack

PolicyPack("hoheit-residency", policies=policies())
