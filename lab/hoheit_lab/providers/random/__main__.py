"""The plugin process `pulumi-resource-random`."""

from hoheit_lab.providers.serve import serve

from .provider import RandomProvider

serve(RandomProvider())
