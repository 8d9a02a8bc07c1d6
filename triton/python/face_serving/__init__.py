"""What the Python models of the Triton repository share: the steps around the networks, in numpy.

The pipelines of the project's own model server (apps/model-server/src/pipelines) are the reference: the same
pictures give the same numbers.
"""
