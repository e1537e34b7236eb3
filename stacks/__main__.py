"""One environment, composed: the platform, the register of its data, and the rules for both."""

import hoheit
import outputs
import parts
import pulumi
from environment import cluster_args, read_environment
from hoheit_infra import ExistingCluster
from hoheit_policy.guard import ResidencyGuard
from residency import declarations

environment = read_environment()
guard = ResidencyGuard(environment.name, declarations(environment))
cluster = ExistingCluster(environment.name, cluster_args(environment))
pools = parts.make_pools(environment, cluster)
spaces = {
    name: parts.make_space(name, namespace, cluster)
    for name, namespace in environment.namespaces.items()
}
objects = parts.make_object_server(environment, cluster, spaces)
models = parts.make_models(environment, pools, spaces, objects)
mlflow = parts.make_mlflow(environment, cluster, spaces)
watched = [*models.values(), *([mlflow] if mlflow else [])]
targets = [target for part in watched for target in part.scrape]
monitoring = parts.make_monitoring(environment, cluster, spaces, pools, targets)

optional = [part for part in (objects, monitoring) if part]
every = [cluster, *spaces.values(), *pools.values(), *watched, *optional]
register = hoheit.joined(every, environment.residency.endpoints)
pulumi.export("models", {name: outputs.of_model(model) for name, model in models.items()})
pulumi.export("mlflow", outputs.of_mlflow(mlflow))
pulumi.export("monitoring", outputs.of_monitoring(monitoring))
pulumi.export("residency", outputs.of_guard(guard, register))
