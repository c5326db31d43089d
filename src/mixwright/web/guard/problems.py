"""Errors as the pages get them: {"error": "one sentence"}, with the status that fits."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from ...errors import MixwrightError, StoreError

__all__ = ["RefusedError", "handle_problems"]


class RefusedError(MixwrightError):
    """A request that is not answered as asked; `status` is HTTP's."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def handle_problems(app: FastAPI) -> None:
    """Turn every error of the routes into a sentence; what is no error but a mistake of ours, the guard catches."""

    async def ours(_: Request, error: Exception) -> JSONResponse:
        # A store that fails now may be there again soon: a page tries again, and loses nothing.
        status = error.status if isinstance(error, RefusedError) else 503 if isinstance(error, StoreError) else 400
        return JSONResponse({"error": " ".join(str(error).split())}, status)

    async def wrong_call(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"] if part != "body")
        return JSONResponse({"error": f"{where}: {first['msg']}" if where else first["msg"]}, 422)

    async def http(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        sentence = "there is nothing here" if error.status_code == 404 else str(error.detail)
        return JSONResponse({"error": sentence}, error.status_code, headers=dict(error.headers or {}))

    app.add_exception_handler(MixwrightError, ours)
    app.add_exception_handler(RequestValidationError, wrong_call)
    app.add_exception_handler(HTTPException, http)
