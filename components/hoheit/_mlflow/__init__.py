"""How an MLflow server, its database and its object store run, as pure functions."""
