"""Stand-in for the Kubernetes provider: any typed resource, any API server on loopback."""
