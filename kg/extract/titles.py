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
    again = re.search(rf"(?<![^\W_]){re.escape(match['name'])}(?![^\W_])", abstract)
    return [match.span("name")] if again else []
