"""Dataset for our own objects: a frozen dataclass as a JSON document."""

from __future__ import annotations

import importlib
from typing import Any, Protocol, Self, cast

from automl_flow.core.documents import reading
from automl_flow.core.errors import ArtifactError, ConfigError, nearest, quoted
from automl_flow.core.files import plain, read_json, write_json
from automl_flow.datasets.base import LocalDataset

_PACKAGE = "automl_flow"
# Nothing else is imported, even if a catalog names it. The package's name is left out, because a full dotted name in a
# string counts as an import in `dvc_stages`: a stage should depend only on the classes of its own entries.
_CLASSES = (
    "features.planning.plan.FeaturePlan",
    "nas.search.result.SelectedArchitecture",
    "recipes.recipe.Recipe",
    "study.history.SearchHistory",
    "tabular.candidate.WeightedCandidates",
    "tasks.profile.Profile",
    "tasks.splits.Split",
)
DOCUMENT_CLASSES = tuple(f"{_PACKAGE}.{name}" for name in _CLASSES)


class Documented(Protocol):
    """An object with a JSON form."""

    def to_document(self) -> dict[str, Any]:
        """Return the object as JSON-able values."""

    @classmethod
    def from_document(cls, document: Any) -> Self:
        """Read what :meth:`to_document` returned; anything else raises."""


class TypedDocument(LocalDataset[Documented]):
    """``TypedDocument`` keeps an object of one class as a JSON document with sorted keys: equal objects, equal bytes.

    The class must be one of ``DOCUMENT_CLASSES``; the content of a file never selects it.

    Examples:
        Using the YAML API:

        ```yaml
        "{task}.recipe":
          type: automl_flow.datasets.typed.TypedDocument
          filepath: data/03_primary/{task}/recipe.json
          of: automl_flow.recipes.recipe.Recipe
        ```

        Using the Python API:

        >>> from automl_flow.datasets.typed import TypedDocument
        >>> from automl_flow.recipes.recipe import Recipe, RecipeStep
        >>> recipe = Recipe((RecipeStep("numbers", ("age",)),))
        >>> dataset = TypedDocument(filepath=str(tmp_path / "r.json"), of="automl_flow.recipes.recipe.Recipe")
        >>> dataset.save(recipe)
        >>> assert dataset.load() == recipe
    """

    def __init__(self, *, filepath: str, of: str, metadata: dict[str, Any] | None = None) -> None:
        """Store the location and class of the object.

        Args:
            filepath: Path of the file; Kedro makes it absolute.
            of: Full name of the class.
            metadata: See :class:`~automl_flow.datasets.base.LocalDataset`.

        Raises:
            ConfigError: *of* is not on the list.
        """
        super().__init__(filepath=filepath, metadata=metadata)
        check_class(of)
        self.of = of

    def load(self) -> Documented:
        """Return the object.

        Raises:
            DataError: The file is missing.
            ArtifactError: The file is not JSON, or not a document of this class; the message names it.
        """
        path = self._require()
        with reading(path):
            document = read_json(path)
            found = self._class().from_document(document)
            if plain(found.to_document()) != document:  # a missing or unknown key
                raise ArtifactError(f"is not what a {type(found).__name__} of this version writes")
        return found

    def save(self, data: Documented) -> None:
        """Write the object.

        Raises:
            TypeError: It is of another class.
        """
        if not isinstance(data, self._class()):
            raise TypeError(f"{self.filepath} holds {self.of}, got {quoted(type(data).__name__)}")
        write_json(self.filepath, data.to_document())

    def _class(self) -> type[Documented]:
        module, _, name = self.of.rpartition(".")
        return cast("type[Documented]", getattr(importlib.import_module(module), name))

    def _describe(self) -> dict[str, Any]:
        return {**super()._describe(), "of": self.of}


def check_class(name: object, where: str = "of") -> None:
    """Raise unless *name* is a class that a catalog may use.

    Raises:
        ConfigError: It is not in ``DOCUMENT_CLASSES``.
    """
    if name not in DOCUMENT_CLASSES:
        raise ConfigError(
            f"{where}: {quoted(name)} is not a class that a document may hold{nearest(name, DOCUMENT_CLASSES)}"
        )
