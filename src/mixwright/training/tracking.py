"""Runs side by side: config, curves, network and model card of each in MLflow, in one SQLite file beside the runs."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..errors import ParameterError

__all__ = ["ALIAS", "EXPERIMENT", "MODEL", "STORE", "Tracker"]

STORE = "mlflow.db"
ARTIFACTS = "mlartifacts"
EXPERIMENT = "mixwright"
MODEL = "mixwright-balance"
ALIAS = "challenger"  # what was trained last; the champion is another alias, given when it has proved better
RUN_ID = "mlflow_run_id"


class Tracker:
    """One run in the store; a run that goes on is the same one. Without a client nothing is tracked."""

    def __init__(self, client: Any, run_id: str, artifacts: Path) -> None:
        self._client, self._run_id, self._artifacts = client, run_id, artifacts

    @classmethod
    @contextlib.contextmanager
    def of(cls, run: Path, settings: Mapping[str, Any], *, wanted: bool) -> Iterator[Tracker]:
        """The tracker of the run in that folder; ends as finished, failed or, where it was interrupted, killed.

        Errors
        ------
        ParameterError
            MLflow is wanted and not installed, or its store cannot be used.
        """
        if not wanted:
            yield cls(None, "", run)
            return
        client = _client(run.parent / STORE)
        with _told(run.parent / STORE):
            run_id = _run_of(client, run, settings)
        status = "FAILED"
        try:
            yield cls(client, run_id, run.parent / ARTIFACTS / run_id / "artifacts")
            status = "FINISHED"
        except KeyboardInterrupt:
            status = "KILLED"
            raise
        finally:
            with _told(run.parent / STORE):
                client.set_terminated(run_id, status)

    def log(self, step: int, figures: Mapping[str, float]) -> None:
        """Figures of an evaluation, among them the loss by its terms."""
        if self._client is not None:
            from mlflow.entities import Metric

            rows = [Metric(_key(name), float(value), 0, step) for name, value in figures.items() if value == value]
            self._client.log_batch(self._run_id, metrics=rows)

    def finish(self, figures: Mapping[str, Mapping[str, float]], version: str, files: Sequence[Path]) -> None:
        """Final figures by split, the files as artifacts, and the network as the registered model's challenger."""
        if self._client is None:
            return
        for split, found in figures.items():
            self.log(0, {f"{split}/{name}": value for name, value in found.items()})
        for file in files:
            if file.exists():
                self._client.log_artifact(self._run_id, str(file))
        with contextlib.suppress(Exception):  # is there already
            self._client.create_registered_model(MODEL)
        source = str(self._artifacts / "network.onnx")
        mine = [v for v in self._client.search_model_versions(f"name='{MODEL}'") if v.run_id == self._run_id]
        same = next((v for v in mine if v.tags.get("weights") == version), None)
        found = same or self._client.create_model_version(MODEL, source, run_id=self._run_id, tags={"weights": version})
        self._client.set_registered_model_alias(MODEL, ALIAS, found.version)


def _client(store: Path) -> Any:
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import logging

            import sqlalchemy  # noqa: F401  (the store needs it; the client alone would not say so)
            from mlflow import MlflowClient
    except ImportError:
        raise ParameterError(
            'MLflow is not installed: pip install "mixwright[train]", or train with --no-mlflow'
        ) from None
    for name in ("alembic", "mlflow"):
        logging.getLogger(name).setLevel(logging.WARNING)
    store.parent.mkdir(parents=True, exist_ok=True)
    with _told(store), contextlib.closing(sqlite3.connect(store)) as database:
        database.execute("PRAGMA journal_mode=WAL")  # several runs may write; and MLflow's many small writes cost less
    with _told(store), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SQLAlchemy about MLflow's tables
        return MlflowClient(f"sqlite:///{store.resolve()}", f"sqlite:///{store.resolve()}")


def _run_of(client: Any, run: Path, settings: Mapping[str, Any]) -> str:
    from mlflow.entities import Param

    noted = run / RUN_ID
    if noted.exists():
        run_id = noted.read_text(encoding="utf-8").strip()
        with contextlib.suppress(Exception):  # the store was removed meanwhile
            client.get_run(run_id)
            client.update_run(run_id, status="RUNNING")
            return run_id
    experiment = client.get_experiment_by_name(EXPERIMENT)
    place = (run.parent / ARTIFACTS).resolve()
    number = experiment.experiment_id if experiment else client.create_experiment(EXPERIMENT, place.as_uri())
    found = str(client.create_run(number, run_name=run.name).info.run_id)
    noted.write_text(found + "\n", encoding="utf-8")
    params = [Param(name, str(value)[:500]) for name, value in _flat(settings)]
    client.log_batch(found, params=params)
    return found


def _flat(content: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in content.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _key(name: str) -> str:
    return "".join(c if c.isalnum() or c in "_-./ " else "_" for c in name)


@contextlib.contextmanager
def _told(store: Path) -> Iterator[None]:
    """What MLflow and its database say, as one line."""
    try:
        yield
    except ParameterError:
        raise
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        raise ParameterError(f"{store}: MLflow cannot use it ({reason}); --no-mlflow trains without") from None
