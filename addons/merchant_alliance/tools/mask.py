"""What a merchant may see of a shopper: enough to greet, too little to find."""

DOTS = "•••"


def mask_name(name):
    """Return the first name alone: "Mei •••" of "Mei Li", "李•••" of "李梅"."""
    first = (name or "").split()[:1]
    if not first:
        return DOTS
    # names written without a space, as the Chinese ones are: the first character
    return f"{first[0] if ' ' in name.strip() else first[0][:1]} {DOTS}"


def mask_email(email):
    """Return "m•••@e•••" of "mei@example.com", or an empty text."""
    local, at, host = (email or "").strip().partition("@")
    return f"{local[:1]}{DOTS}@{host[:1]}{DOTS}" if at and local and host else ""


def get_first_name(name):
    """Return how a message greets a shopper: the word before the first space, or all of it."""
    return ((name or "").split() or [""])[0]
