"""What it costs, as commands that print ratios."""
