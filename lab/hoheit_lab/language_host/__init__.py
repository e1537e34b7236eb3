"""A `pulumi-language-python` for machines that cannot have the official one."""
