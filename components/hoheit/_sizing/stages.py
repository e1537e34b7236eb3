"""Which layers each stage of a pipeline holds."""

from __future__ import annotations


def stages(layers: int, count: int) -> list[range]:
    """Return the layers of each stage, as vLLM's ``get_pp_indices`` divides them.

    What is left over goes to the stages before the last one, from the back: the last holds the
    output embeddings.
    """
    sizes = [layers // count] * count
    for place in range(2, layers % count + 2):
        sizes[-place] += 1
    starts = [sum(sizes[:index]) for index in range(count)]
    return [range(start, start + size) for start, size in zip(starts, sizes, strict=True)]
