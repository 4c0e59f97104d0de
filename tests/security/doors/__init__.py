"""The web's doors to what belongs to another, a kind of door in each module; ``test_doors.py`` tries all of them."""
