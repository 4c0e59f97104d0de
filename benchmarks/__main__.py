"""``python -m benchmarks --database NAME [MEASUREMENT ...]``: run measurements on a database that may be filled."""

import argparse
import importlib
import sys

import odoo.tools

from tests.support.databases import workspace_path

MEASUREMENTS = ("pages", "settlement", "orders")


def main() -> int:
    """Run the chosen measurements (all, otherwise); 1 if one misses its aim."""
    parser = argparse.ArgumentParser(prog="make bench ARGS='…'")
    parser.add_argument("--database", required=True)
    parser.add_argument("measurements", nargs="*", default=MEASUREMENTS)
    parser.add_argument("--wallets", type=lambda text: [int(size.replace("_", "")) for size in text.split(",")],
                        default=[1_000_000, 10_000_000], help="numbers of wallets, the smallest first")
    parser.add_argument("--orders", type=int, default=200, help="orders of each kind in each database")
    options = parser.parse_args()
    for name in options.measurements:
        if name not in MEASUREMENTS:
            parser.error(f"{name}: choose from {', '.join(MEASUREMENTS)}")
    odoo.tools.config.parse_config(
        ["-d", options.database, f"--addons-path={workspace_path('addons')}",
         f"--data-dir={workspace_path('data_dir')}", "--no-http", "--log-level=error"], setup_logging=True)
    sound = [importlib.import_module(f"benchmarks.{name}").measure(options.database, options)
             for name in options.measurements]
    return 0 if all(sound) else 1


if __name__ == "__main__":
    sys.exit(main())
