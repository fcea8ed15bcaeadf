"""`python -m dhis2api.embedded.clean`: remove what the tests' databases keep outside of the checkout."""

from __future__ import annotations

from dhis2api.embedded.accounts import remove_home
from dhis2api.embedded.schema import PROJECT


def main() -> None:
    for home in (PROJECT / ".test-data").glob("*-*"):
        remove_home(home)


if __name__ == "__main__":
    main()
