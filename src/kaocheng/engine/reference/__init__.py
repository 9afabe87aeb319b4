"""The reference evaluator: the definition of meaning, exact and readable in one sitting.

Read `evaluate.py` for what an expression is worth, `run.py` for the order in which columns are
filled, and the mechanism files for what an item is worth.
"""
