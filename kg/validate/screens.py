"""What can be told of a whole graph at once, so that most checks need not look at each thing of it."""

from kg.store import Store, plain, select
from kg.validate.constraints import IS_A, Check, has_several

_CLASSES = "SELECT ?class (COUNT(*) AS ?things) WHERE { ?thing a ?class } GROUP BY ?class"
_PROPERTIES = """
SELECT ?class ?property (COUNT(*) AS ?values) WHERE { ?thing a ?class . ?thing ?property ?value }
GROUP BY ?class ?property"""
_BROADER = "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> ASK { ?class rdfs:subClassOf ?broader }"


class Screens:
    """The answers about one graph, each asked once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._asked: dict[str, bool] = {}
        self._flat = not self._ask(_BROADER)  # no class is part of another
        self._things: dict[str, int] = {}
        self._values: dict[tuple[str, str], int] = {}
        if self._flat:
            self._things = {plain(class_): int(plain(number)) for class_, number in select(store, _CLASSES).rows}
            self._values = {
                (plain(class_), plain(property_)): int(plain(number))
                for class_, property_, number in select(store, _PROPERTIES).rows
            }

    def passed(self, check: Check) -> bool:
        """Whether it is plain that nothing breaks a check."""
        if check.wanted and self._flat:
            return self._all_have(*check.wanted)
        return bool(check.screen) and not self._ask(self.fitted(check.screen))

    def fitted(self, sparql: str) -> str:
        """The query as it suits the graph: the path to a class is short where no class is part of another."""
        return sparql.replace(IS_A, "a") if self._flat else sparql

    def _all_have(self, class_: str, property_: str) -> bool:
        """As many values as things, and no thing with two."""
        things = self._things.get(class_, 0)
        return self._values.get((class_, property_), 0) == things and not (things and self._ask(has_several(property_)))

    def _ask(self, sparql: str) -> bool:
        if sparql not in self._asked:
            self._asked[sparql] = bool(self._store.query(sparql))
        return self._asked[sparql]
