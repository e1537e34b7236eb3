"""The bucket for artifacts, on an S3 server that begins with none."""

from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from hoheit_mlflow.errors import PreparationError

_OURS = ("BucketAlreadyOwnedByYou", "BucketAlreadyExists")
_RETRIES = 10


def ensure(bucket: str, endpoint: str) -> None:
    """Create ``bucket`` where it is missing; credentials and region come from the environment."""
    config = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": _RETRIES})
    client = boto3.client("s3", endpoint_url=endpoint, config=config)
    try:
        client.create_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] not in _OURS:
            raise PreparationError(f"bucket {bucket}: {error}") from None
        _must_be_ours(client, bucket)
    except BotoCoreError as error:
        raise PreparationError(f"bucket {bucket}: {error}") from None


def _must_be_ours(client: Any, bucket: str) -> None:
    """Refuse a bucket that exists and belongs to somebody else."""
    try:
        client.head_bucket(Bucket=bucket)
    except ClientError as error:
        raise PreparationError(f"bucket {bucket} exists, but not for us: {error}") from None
