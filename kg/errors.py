"""The errors that callers may catch.

    PaperkgError
    ├── InputError      an input that cannot be read at all
    ├── GraphError      a graph that cannot be opened or is not RDF
    ├── QueryError      a query that is unknown, broken, refused or out of time
    ├── LexiconError    a lexicon file that breaks its own rules
    ├── ModelError      a trained pipeline that cannot be loaded
    └── WebError        a server that cannot be reached, refuses, or gives too much

A bad record is not an error but a `kg.model.Reject`: the rest of the input goes on.
"""


class PaperkgError(Exception):
    """Wrong use or unreadable input; its text is one line that names the thing and the reason."""


class InputError(PaperkgError):
    pass


class GraphError(PaperkgError):
    pass


class QueryError(PaperkgError):
    pass


class LexiconError(PaperkgError):
    pass


class ModelError(PaperkgError):
    pass


class WebError(PaperkgError):
    pass
