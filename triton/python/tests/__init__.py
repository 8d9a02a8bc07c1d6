"""Tests of the Python models' parts: `python -m unittest discover -s triton/python -t triton/python`."""
