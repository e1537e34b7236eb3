"""Host names and pages, as MLflow compares them."""

from hoheit._mlflow.hosts import allowed_hosts, allowed_origins, service_hosts

SERVICE = service_hosts("mlflow", "platform", "cluster.local")


def test_a_service_has_four_names_with_its_port() -> None:
    assert SERVICE == [
        "mlflow:5000",
        "mlflow.platform:5000",
        "mlflow.platform.svc:5000",
        "mlflow.platform.svc.cluster.local:5000",
    ]


def test_the_domain_of_the_cluster_is_the_one_that_it_has() -> None:
    assert service_hosts("m", "n", "k8s.internal")[-1] == "m.n.svc.k8s.internal:5000"


def test_a_port_forward_is_always_possible() -> None:
    assert allowed_hosts(SERVICE, []).split(",")[-2:] == ["localhost:5000", "127.0.0.1:5000"]


def test_every_host_is_every_host_and_every_page() -> None:
    assert allowed_hosts(SERVICE, ["a", "*"]) == "*"
    assert allowed_origins(SERVICE, ["*"], ["https://b"]) == "*"


def test_a_page_is_named_once() -> None:
    origins = allowed_origins([], ["a"], ["https://a", "https://b"])
    assert origins == "https://a,https://b"
