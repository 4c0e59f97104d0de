"""Programs that only the machine's own package manager brings; the tests that need them skip without."""

import shutil
from collections.abc import Callable

from . import paths
from .console import SetupError, run, say
from .stamps import exclusive

BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")


def _has_browser() -> bool:
    return any(shutil.which(name) for name in BROWSERS)


def _has_chinese_fonts() -> bool:
    return bool(shutil.which("fc-list") and run(["fc-list", ":lang=zh-cn"], "Listing fonts").strip())


def _has_compose() -> bool:
    return bool(shutil.which("docker-compose"))


def _has_pdf() -> bool:
    return bool(shutil.which("wkhtmltopdf"))


# Debian package: (how to tell that it is not needed, what is lost without it)
Wanted = dict[str, tuple[Callable[[], bool], str]]
FOR_RUN: Wanted = {
    "wkhtmltopdf": (_has_pdf, "invoices and confirmations cannot be printed as PDF; the demo's mails go without"),
}
FOR_TESTS: Wanted = {
    "chromium": (_has_browser, "browser tests are skipped"),
    "fonts-noto-cjk": (_has_chinese_fonts, "Chinese text in screenshots shows as boxes"),
    "docker-compose": (_has_compose, "the test of docker-compose.yml is skipped"),
}


def install_for_run() -> None:
    """Install what the served platform uses if we may, and say what stays missing otherwise."""
    _ensure(FOR_RUN)


def install_for_tests() -> None:
    """Install what the tests use if we may, and say what stays missing otherwise."""
    _ensure(FOR_TESTS)


def _ensure(wanted: Wanted) -> None:
    missing = [package for package, (is_there, _loss) in wanted.items() if not is_there()]
    if not missing:
        return
    if paths.is_root() and shutil.which("apt-get"):
        with exclusive("apt"):
            _install(missing)
        missing = [package for package in missing if not wanted[package][0]()]
    for package in missing:
        say(f"{package} is not on this machine: {wanted[package][1]} (as root: apt-get install {package})")


def _install(packages: list[str]) -> None:
    say(f"installing {', '.join(packages)} from the machine's own package archive")
    try:
        run(["apt-get", "-q", "update"], "Reading the package lists", log="system-update")
        run(["apt-get", "-q", "install", "-y", "--no-install-recommends", "fontconfig", *packages],
            "Installing system packages", log="system-packages")
    except SetupError as error:
        say(str(error).splitlines()[0])
