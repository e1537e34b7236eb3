"""Rules about model services: queue, cache, latency, success. Thresholds are the settings'."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .rules import Alert, Group, Record, Severity

if TYPE_CHECKING:
    from hoheit.monitoring_settings import AlertThresholds

SERVICE_LABELS = ("namespace", "job", "model_name")
"""What tells one served model from another: without it, two services would mix."""
SERVICE = ", ".join(SERVICE_LABELS)
REQUESTS_WAITING = "VllmRequestsWaiting"
QUEUE_TOO_LONG = "VllmQueueTooLong"
_PREFIX = "namespace_job_model_name"
REQUESTS = f"{_PREFIX}:vllm_requests:rate5m"
SUCCESS_RATIO = f"{_PREFIX}:vllm_requests_succeeded:ratio_rate5m"
FIRST_TOKEN_P95 = f"{_PREFIX}:vllm_time_to_first_token_seconds:p95_rate5m"
_WHO = "{{ $labels.job }} in {{ $labels.namespace }}, model {{ $labels.model_name }}"


def vllm_group(thresholds: AlertThresholds) -> Group:
    """Return the rules for vLLM."""
    alerts = [*_queue_alerts(thresholds), *_cache_alerts(thresholds), *_user_alerts(thresholds)]
    return Group(name="vllm", exporter="vllm", rules=[*_records(), *alerts])


def _records() -> list[Record]:
    all_requests = f"sum by ({SERVICE}) (rate(vllm:request_success_total[5m]))"
    # The counter's name promises success; the reason tells. Aborted: the client gave up.
    failed = (
        f"sum by ({SERVICE}) "
        '(rate(vllm:request_success_total{finished_reason=~"abort|error"}[5m]))'
    )
    buckets = f"sum by (le, {SERVICE}) (rate(vllm:time_to_first_token_seconds_bucket[5m]))"
    return [
        Record(name=REQUESTS, expr=all_requests, needs=("vllm:request_success_total",)),
        Record(
            name=SUCCESS_RATIO,
            expr=f"1 - {failed} / {all_requests}",
            needs=("vllm:request_success_total",),
        ),
        Record(
            name=FIRST_TOKEN_P95,
            expr=f"histogram_quantile(0.95, {buckets})",
            needs=("vllm:time_to_first_token_seconds_bucket",),
        ),
    ]


def _queue_alerts(thresholds: AlertThresholds) -> list[Alert]:
    waiting = f"sum by ({SERVICE}) (vllm:num_requests_waiting)"
    needs = ("vllm:num_requests_waiting",)
    return [
        Alert(
            name=REQUESTS_WAITING,
            expr=f"{waiting} > {thresholds.requests_waiting}",
            needs=needs,
            minutes=10,
            severity=Severity.WARNING,
            summary=f"{_WHO}: {{{{ $value }}}} requests have been waiting for ten minutes",
            action="Add a replica, or let clients send fewer requests at a time.",
        ),
        Alert(
            name=QUEUE_TOO_LONG,
            expr=f"{waiting} > {thresholds.requests_waiting_critical}",
            needs=needs,
            minutes=5,
            severity=Severity.CRITICAL,
            summary=f"{_WHO}: {{{{ $value }}}} requests are waiting",
            action="Add a replica; until then, stop batch clients.",
        ),
    ]


def _cache_alerts(thresholds: AlertThresholds) -> list[Alert]:
    return [
        Alert(
            name="VllmKvCacheNearlyFull",
            expr=f"max by ({SERVICE}, pod) (vllm:kv_cache_usage_perc) "
            f"> {thresholds.kv_cache_ratio}",
            needs=("vllm:kv_cache_usage_perc",),
            minutes=5,
            severity=Severity.WARNING,
            summary=f"{_WHO}: {{{{ $value | humanizePercentage }}}} of the KV cache is in use "
            "on {{ $labels.pod }}",
            action="Shorten max_model_len or prompts, or add a replica; when it is full, requests "
            "wait or are preempted.",
        ),
        Alert(
            name="VllmPreemptions",
            expr=f"sum by ({SERVICE}) (increase(vllm:num_preemptions_total[10m])) > 0",
            needs=("vllm:num_preemptions_total",),
            severity=Severity.WARNING,
            summary=f"{_WHO}: requests lost their cache and are computed again",
            action="The KV cache is too small for what runs at once; see its usage.",
        ),
    ]


def _user_alerts(thresholds: AlertThresholds) -> list[Alert]:
    return [
        Alert(
            name="VllmTimeToFirstTokenSlow",
            expr=f"{FIRST_TOKEN_P95} > {thresholds.time_to_first_token_seconds}",
            needs=("vllm:time_to_first_token_seconds_bucket",),
            minutes=10,
            severity=Severity.WARNING,
            summary=f"{_WHO}: one request in twenty waits {{{{ $value | humanizeDuration }}}} or "
            "longer for its first token",
            action="Look at the queue first, then at the length of prompts.",
        ),
        Alert(
            name="VllmSuccessRateLow",
            # Without any request the ratio is no number, and no number is below the threshold.
            expr=f"{SUCCESS_RATIO} < {thresholds.success_ratio}",
            needs=("vllm:request_success_total",),
            minutes=5,
            severity=Severity.CRITICAL,
            summary=f"{_WHO}: only {{{{ $value | humanizePercentage }}}} of requests succeed",
            action="Aborted: clients give up, see latency. Errors: see the log of the server pods.",
        ),
    ]
