"""A Pulumi tool chain and a local Kubernetes control plane, for any Pulumi Python program."""
