"""Disjoint sets: what belongs together when it is said pair by pair."""

from collections.abc import Iterator


class Groups:
    """Disjoint sets of strings; the smallest of a set stands for it."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._parent)

    def __contains__(self, form: str) -> bool:
        return form in self._parent

    def add(self, form: str) -> None:
        self._parent.setdefault(form, form)

    def find(self, form: str) -> str:
        while (parent := self._parent[form]) != form:
            self._parent[form] = self._parent[parent]  # halves the way for the next
            form = parent
        return form

    def join(self, left: str, right: str) -> None:
        self.add(left)
        self.add(right)
        one, other = sorted((self.find(left), self.find(right)))
        self._parent[other] = one
