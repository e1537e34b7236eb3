"""Stand-in for the random provider: values drawn once, then kept in the state."""
