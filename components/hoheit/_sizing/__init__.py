"""Memory of a model on GPUs before anything starts. Pure: nothing here knows Pulumi."""
