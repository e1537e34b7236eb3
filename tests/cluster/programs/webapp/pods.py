"""What all pods of the shop have in common."""

import pulumi_kubernetes as k8s

RESTRICTED = k8s.core.v1.SecurityContextArgs(
    allow_privilege_escalation=False,
    run_as_non_root=True,
    run_as_user=1000,
    capabilities=k8s.core.v1.CapabilitiesArgs(drop=["ALL"]),
    seccomp_profile=k8s.core.v1.SeccompProfileArgs(type="RuntimeDefault"),
)

RESOURCES = k8s.core.v1.ResourceRequirementsArgs(
    requests={"cpu": "50m", "memory": "64Mi"}, limits={"memory": "128Mi"}
)
