"""Who may talk to whom in a rendered stack: as its rules say, and as its environment says."""
