"""Admission policies of Kubernetes, generated from the rules: what a bare kubectl meets too.

Pure: nothing here imports Pulumi. ``hoheit residency admission`` prints what this package makes.
"""

from .generate import AdmissionError, admission_policies, not_carried_over

__all__ = ["AdmissionError", "admission_policies", "not_carried_over"]
