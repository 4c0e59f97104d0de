"""What is wrong with a file from or for the bank: said here without an environment, translated for whoever reads it."""

from odoo.tools.translate import LazyGettext


class FileError(ValueError):
    """Each argument is a text of its own, which may still be to be translated (``LazyTranslate``)."""

    def __str__(self):
        return "; ".join(map(str, self.args))


def explain(error, env):
    """Return what a ``ValueError`` of these tools, or of a library that they call, says in the language of ``env``."""
    return "; ".join(env._(text) if isinstance(text, LazyGettext) else str(text) for text in error.args)
