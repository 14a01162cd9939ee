"""Write the generated parts of the documentation, or list those that are out of date."""

import argparse
import sys

from .blocks import pages


def main() -> int:
    """Return the exit status: 1 with `--check` if a page is out of date."""
    parser = argparse.ArgumentParser(prog="script/docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    check = parser.parse_args().check
    changed = {path: text for path, text in pages() if path.read_text("utf-8") != text}
    for path, text in changed.items():
        print(path.name, "is out of date" if check else "written")
        if not check:
            path.write_text(text, "utf-8")
    return int(check and bool(changed))


if __name__ == "__main__":
    sys.exit(main())
