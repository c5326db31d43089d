"""Documents that others write, as pydantic models which let nothing through that they do not name."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from ..errors import ParameterError

__all__ = ["Strict", "checked", "read_toml", "schema_of"]

Model = TypeVar("Model", bound=BaseModel)


class Strict(BaseModel):
    """Frozen, with no key that is not named and no silent change of type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def checked(model: type[Model], content: Any, name: str) -> Model:
    """Plain types as a model; a ParameterError names the first thing that breaks a rule."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        told = first["msg"].removeprefix("Value error, ")
        more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
        line = " ".join(f"{f'{where}: ' if where else ''}{told}{more}".split())  # a key may hold line breaks
        raise ParameterError(f"{name}: {line}") from None


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of a model's documents."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}


def read_toml(model: type[Model], path: Path) -> Model:
    """A TOML file as a model.

    Errors
    ------
    ParameterError
        Cannot be read, is no TOML, or breaks a rule; the text names the first key that does.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ParameterError(f"{path}: cannot be read ({error.strerror or error})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ParameterError(f"{path}: is no TOML ({error})") from None
    return checked(model, content, str(path))
