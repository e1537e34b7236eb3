"""What an MLflow server needs before it starts: a schema, its accounts, a bucket."""
