"""Predictors: values of a period computed from those of others, and stored like any data value.

`running.py` is the table of contents: which values count (`sampling.py`), what comes out of them (`evaluating.py`), as
which text (`texts.py`), and what that changes in the value table (`writing.py`).
"""
