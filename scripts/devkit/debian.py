"""Odoo 19 from Debian's packages, unpacked in a private folder; nothing is installed."""

import shutil
from pathlib import Path

from . import paths
from .console import SetupError, run, say
from .stamps import building, require_space

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# What Odoo's package links to. The two fonts changed their file names after bookworm.
PACKAGES = ("odoo-19", "libjs-jquery", "libjs-underscore", "libjs-jquery-form", "fonts-roboto-unhinted",
            "fonts-montserrat", "fonts-ocr-b", "fonts-font-awesome/bookworm", "fonts-inconsolata/bookworm")
SUITES = ("sid", "bookworm")


def is_available() -> bool:
    """Tell whether this machine takes packages from Debian."""
    return bool(shutil.which("apt-get") and shutil.which("dpkg-deb") and KEYRING.is_file() and _get_mirror())


def unpack(target: Path) -> None:
    """Download Odoo and what it links to, and unpack all of it into ``target``."""
    require_space(target.parent, 1.5)
    options = _prepare_private_apt(paths.cache_dir() / "apt")
    say("reading Debian's package lists")
    run(["apt-get", *options, "update"], "Reading Debian's package lists", log="apt-update")
    downloads = paths.cache_dir() / "apt" / "debs"
    downloads.mkdir(exist_ok=True)
    say("downloading Odoo 19 from Debian (125 MB)")
    run(["apt-get", *options, "download", *PACKAGES], "Downloading Odoo 19", cwd=downloads, log="apt-download")
    with building(target) as draft:
        for package in sorted(downloads.glob("*.deb")):
            run(["dpkg-deb", "-x", package, draft], f"Unpacking {package.name}")
        broken = [str(link.relative_to(draft)) for link in draft.rglob("*") if link.is_symlink() and not link.exists()]
        if broken:
            raise SetupError("Debian's Odoo package links to files that no downloaded package holds: "
                             + ", ".join(broken[:5]))
    shutil.rmtree(downloads)


def _prepare_private_apt(root: Path) -> list[str]:
    """Lay out an apt root of our own and return the options that make apt use it."""
    for folder in ("lists/partial", "cache/archives/partial", "sources.d"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    lines = [f"deb [signed-by={KEYRING}] {_get_mirror()} {suite} main\n" for suite in SUITES]
    (root / "sources.d" / "debian.list").write_text("".join(lines), encoding="utf-8")
    return ["-q", "-oDir::Etc::SourceList=/dev/null", f"-oDir::Etc::SourceParts={root}/sources.d",
            f"-oDir::State::Lists={root}/lists", f"-oDir::Cache={root}/cache",
            "-oAPT::Sandbox::User=", "-oAcquire::Retries=3"]


def _get_mirror() -> str | None:
    """Return the address this machine's own apt configuration gives for Debian."""
    targets = run(["apt-get", "indextargets", "--format", "$(REPO_URI)|$(ORIGIN)|$(LABEL)", "Created-By: Packages"],
                  "Reading apt's configuration")
    for line in targets.splitlines():
        address, _, origin = line.partition("|")
        if origin == "Debian|Debian":
            return address
    return None
