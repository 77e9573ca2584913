"""The name that a title gives the paper's own work: `NAME: what it is`."""

import re

# One to three words, the first with a capital or digit inside or at its head, then a colon and more.
_NAME = re.compile(r"[\"“'‘]?(?P<name>[^\W_][^\s:\"”]{1,30}(?: [^\s:\"”]{1,20}){0,2})[\"”'’]?: \S")


def find_title_name(text: str) -> list[tuple[int, int]]:
    """The span of that name, if the abstract names it too: a colon alone may stand behind any phrase."""
    title, _, abstract = text.partition("\n")
    match = _NAME.match(title)
    if match is None or not any(map(str.isupper, match["name"])):
        return []
    return [match.span("name")] if _stands_in(abstract, match["name"]) else []


def _stands_in(text: str, name: str) -> bool:
    """Whether it stands there as a whole word."""
    start = text.find(name)
    while start >= 0:
        end = start + len(name)
        if not text[max(start - 1, 0) : start].isalnum() and not text[end : end + 1].isalnum():
            return True
        start = text.find(name, start + 1)
    return False
