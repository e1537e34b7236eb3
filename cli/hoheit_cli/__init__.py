"""The command line of hoheit: what is where, by which rules, and is a cluster as stated."""
