"""Sample facts: as many believable people and entries as one likes, for any pack.

A pack's own example is a small world whose tables fit each other; a sample is many copies of that
world under new names, with the figures varied and the edges of the pack's cases mixed in. Without
an example, the cases are the worlds; without either, one is made from the types of the fields.
"""

from kaocheng.engine.sampling.sample import Sample, sample

__all__ = ["Sample", "sample"]
