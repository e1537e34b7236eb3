"""Stand-in Pulumi providers, for machines that cannot have the official plugins."""
