"""Threads of a server that computes on the CPU."""

_MILLICORES_PER_CORE = 1000
_SCHEDULER_CORES = 1
"""What vLLM leaves to the process that schedules, which never sleeps (the vLLM 0.32.0 wheel:
``vllm/utils/ompmultiprocessing.py``)."""


def cpu_thread_variables(cpu_millicores: int) -> dict[str, str]:
    """Return the environment of a server without GPUs: a thread for each core but the scheduler's.

    By itself vLLM binds a thread to every core of a NUMA node, to the same cores in every pod: two
    servers on one node compute on each other's cores while others are idle. Unbound and without a
    number, OpenMP starts a thread for each core of the node.

    Args:
        cpu_millicores: What the container requests, in thousandths of a core.
    """
    threads = cpu_millicores // _MILLICORES_PER_CORE - _SCHEDULER_CORES
    return {"VLLM_CPU_OMP_THREADS_BIND": "nobind", "OMP_NUM_THREADS": str(max(threads, 1))}
