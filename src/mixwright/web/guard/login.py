"""Showing the administrator's token once, for a cookie."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from .admin import COOKIE, Admin
from .problems import RefusedError
from .static import page

__all__ = ["LOGIN_PATHS", "login_routes"]

LOGIN_PATHS = ("/login", "/api/login", "/static/")


class LoginMessage(BaseModel):
    token: Annotated[str, Field(max_length=200)]


def login_routes(admin: Admin) -> APIRouter:
    """The page, and what it sends the token to."""
    routes = APIRouter()

    @routes.get("/login", include_in_schema=False)
    def login() -> Response:
        return page("login/index.html")

    @routes.post("/api/login")
    def check(message: LoginMessage, request: Request, response: Response) -> dict[str, bool]:
        """Take the token, give a cookie that no script can read and no other site can send."""
        if admin.token is not None:
            if not admin.right(message.token):
                raise RefusedError(401, "that is not the token which the server printed when it started")
            response.set_cookie(
                COOKIE, admin.cookie_value, httponly=True, samesite="strict", secure=request.url.scheme == "https"
            )
        return {"admin": True}

    return routes
