"""Scratch databases, worker processes and servers for the tests in this folder."""
