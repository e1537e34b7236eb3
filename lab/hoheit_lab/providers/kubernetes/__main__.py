"""The plugin process `pulumi-resource-kubernetes`."""

from hoheit_lab.providers.serve import serve

from .provider import KubernetesProvider

serve(KubernetesProvider())
