"""One module for each Python model, with the class TritonPythonModel that the Python backend looks for."""
