"""The environment's own bucket, and how pods reach it."""

import pytest
from hoheit import InvalidArgsError, SourceKind
from hoheit.driver import where
from support.samples import declared_location, object_store


@pytest.mark.parametrize(
    ("endpoint", "host", "port"),
    [
        ("https://objects.example.internal", "objects.example.internal", 443),
        ("https://objects.example.internal/", "objects.example.internal", 443),
        ("https://objects.example.internal:8443", "objects.example.internal", 8443),
        ("https://objects.example.internal/s3", "objects.example.internal", 443),
    ],
)
def test_host_and_port_come_from_the_endpoint(endpoint: str, host: str, port: int) -> None:
    store = object_store(endpoint=endpoint)
    assert (store.host, store.port) == (host, port)


def test_plain_http_has_to_be_asked_for() -> None:
    with pytest.raises(InvalidArgsError, match="endpoint: weights and credentials would travel"):
        object_store(endpoint="http://objects.example.internal")
    assert object_store(endpoint="http://objects", allow_plain_http=True).port == 80


@pytest.mark.parametrize(
    "endpoint",
    [
        "objects.example.internal",
        "s3://x",
        "https://user:secret@objects",
        "https://objects?key=secret",
        "https://objects:0",
        "https://objects:65536",
    ],
)
def test_an_endpoint_has_a_scheme_a_host_no_credentials_and_a_port_that_exists(
    endpoint: str,
) -> None:
    with pytest.raises(InvalidArgsError, match="endpoint") as refused:
        object_store(endpoint=endpoint)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("bucket", ["ab", "-ab", "Models", "a_b", "a" * 64, "ab-", ""])
def test_a_bucket_is_named_as_s3_accepts_it(bucket: str) -> None:
    with pytest.raises(InvalidArgsError, match="bucket"):
        object_store(bucket=bucket)


@pytest.mark.parametrize(
    ("bucket", "why"),
    [
        ("a..b", "two dots in a row"),
        ("192.168.5.4", "must not look like an IP address"),
        ("xn--models", "names that begin with xn--"),
        ("sthree-models", "names that begin with"),
        ("amzn-s3-demo-models", "names that begin with"),
        ("models-s3alias", "names that end with -s3alias"),
        ("models--ol-s3", "names that end with"),
        ("models.mrap", "names that end with"),
        ("models--x-s3", "names that end with"),
        ("models--table-s3", "names that end with"),
    ],
)
def test_a_bucket_that_s3_keeps_to_itself_is_refused_with_the_reason(bucket: str, why: str) -> None:
    with pytest.raises(InvalidArgsError, match=f"bucket: .*{why}"):
        object_store(bucket=bucket)


@pytest.mark.parametrize("bucket", ["abc", "a" * 63, "eu.models-1", "192.168.5.4.eu", "3models"])
def test_a_bucket_that_s3_accepts_is_accepted(bucket: str) -> None:
    assert object_store(bucket=bucket).bucket == bucket


@pytest.mark.parametrize("prefix", ["/models", "models/", "a//b", "a b", "", "..", "a/../b"])
def test_a_prefix_neither_begins_nor_ends_with_a_slash(prefix: str) -> None:
    with pytest.raises(InvalidArgsError, match="prefix"):
        object_store(prefix=prefix)


def test_encryption_is_declared_only_where_somebody_stands_for_it() -> None:
    assert object_store().encryption_at_rest.source.kind is SourceKind.UNKNOWN
    silent = object_store(location=declared_location())
    assert silent.encryption_at_rest.source.kind is SourceKind.UNKNOWN
    declared = object_store(location=declared_location(), encryption="AES-256").encryption_at_rest
    assert (declared.value, declared.source.by) == ("AES-256", "platform team")
    with pytest.raises(InvalidArgsError, match="encryption: needs location with its declaration"):
        object_store(encryption="AES-256")


def test_a_store_that_nobody_located_is_somewhere_unknown() -> None:
    assert where(object_store().location).country.value is None
    assert where(object_store(location=declared_location()).location).country.value == "DE"


def test_a_secret_in_the_place_of_its_name_is_refused_and_not_shown() -> None:
    with pytest.raises(InvalidArgsError) as refused:
        object_store(credentials_secret="hunter2-TOPSECRET/+abc")
    assert "credentials_secret: " in str(refused.value)
    assert "hunter2" not in str(refused.value)
