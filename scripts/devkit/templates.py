"""Template databases: modules are installed once, and every run works on a clone.

A template's name carries a fingerprint of what it was made from, so it is made anew when Odoo,
the list of modules or (for those with the suite) the addons' files change.
"""

from dataclasses import dataclass

from . import paths
from .console import say
from .databases import BUILDING
from .stamps import exclusive, fingerprint, tree_fingerprint
from .workspace import Workspace

LANGUAGES = "en_US,zh_CN"  # the first becomes the default
LAYOUT = "3"  # raise to have every template made anew


@dataclass(frozen=True)
class Template:
    """A kind of template database."""

    family: str
    modules: tuple[str, ...]
    parent: "Template | None" = None
    with_suite: bool = False
    with_pages: bool = False

    def key(self, workspace: Workspace) -> str:
        """Return the fingerprint of what this template is made from."""
        parts = [LAYOUT, self.family, workspace.odoo.version, str(workspace.odoo.python_path), *self.modules]
        if self.parent:
            parts.append(self.parent.key(workspace))
        if self.with_suite:
            parts.append(tree_fingerprint(paths.ADDONS / name for name in paths.suite_modules()))
        return fingerprint(*parts)

    def name(self, workspace: Workspace) -> str:
        """Return the name of the database."""
        return f"gp_{self.family}_{self.key(workspace)}"

    def ensure(self, workspace: Workspace) -> str:
        """Return the name of the template database, making it if need be."""
        with exclusive(f"template-{self.family}"):
            return self._ensure(workspace)

    def _ensure(self, workspace: Workspace) -> str:
        name, databases = self.name(workspace), workspace.databases
        if name in databases.names("gp_"):
            return name
        parent = self.parent.ensure(workspace) if self.parent else None
        draft = name + BUILDING
        databases.drop(draft)
        databases.create(draft, parent)
        modules = [*self.modules, *(paths.suite_modules() if self.with_suite else [])]
        say(f"installing {', '.join(modules)} in a template database"
            + ("" if parent else " (a minute or two, once)"))
        if modules:
            workspace.install(draft, modules, languages="" if parent else LANGUAGES)
        if self.with_pages:
            say("making the scripts and styles of its pages")
            workspace.run_inside("prepare_pages.py", "Making the scripts and styles of pages",
                                 draft, str(paths.ADDONS), str(workspace.data_dir))
        databases.finish(name)
        self._drop_older(workspace, name)
        return name

    def _drop_older(self, workspace: Workspace, current: str) -> None:
        """Drop the family's other databases, but the last three: another checkout may be cloning one."""
        databases = workspace.databases
        others = [name for name in databases.names(f"gp_{self.family}_") if name != current]
        by_age = sorted(others, key=lambda name: int(databases.query(
            "postgres", f"SELECT oid FROM pg_database WHERE datname = '{name}'") or 0))
        for name in by_age[:-3]:
            databases.drop(name)


BASE = Template("base", paths.BASE_MODULES)
SUITE = Template("suite", (), BASE, with_suite=True, with_pages=True)
LOYALTY = Template("loyalty", paths.LOYALTY_MODULES, BASE)
LOYALTY_SUITE = Template("loyaltysuite", (), LOYALTY, with_suite=True)
