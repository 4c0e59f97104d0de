"""Sets up and runs the suite with nothing but the standard library of Python 3.11."""
