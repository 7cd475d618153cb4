"""FastAPI over the CRM: every request is its person's.

``uvicorn examples.fastapi_app:app`` with APP_URL, the URL of the pool's login,
and TOKENS, a JSON object of token → login, in the environment.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import psycopg
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from psycopg_pool import AsyncConnectionPool
from pydantic import BaseModel

from rls.sessions import NotAPersonError, as_person

TOKENS: dict[str, str] = json.loads(os.environ["TOKENS"])
"""Stands for the way you know who is asking."""

Connection = psycopg.AsyncConnection[tuple[Any, ...]]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the pool with the application."""
    async with AsyncConnectionPool[Connection](os.environ["APP_URL"], min_size=1, max_size=4, open=False) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)


def whoever(credentials: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> str:
    """Return the login of whoever sent the request."""
    if credentials.credentials not in TOKENS:
        raise HTTPException(401)
    return TOKENS[credentials.credentials]


async def crm(request: Request, login: Annotated[str, Depends(whoever)]) -> AsyncIterator[Connection]:
    """Give the database as that person; committed when the function that asked is done, before the answer is sent."""
    async with as_person(request.app.state.pool, login) as connection:
        yield connection


Crm = Annotated[Connection, Depends(crm, scope="function")]


class Renaming(BaseModel):
    """What is needed to rename a deal."""

    old: str
    new: str


@app.get("/deals")
async def deals(connection: Crm) -> list[str]:
    """Return the titles of the deals the person sees."""
    cursor = await connection.execute("select title from crm.deal order by title")
    return [title async for (title,) in cursor]


@app.post("/deals/rename")
async def rename(wanted: Renaming, connection: Crm) -> int:
    """Rename the person's deals of a title; an exception takes it back."""
    cursor = await connection.execute("update crm.deal set title = %s where title = %s", [wanted.new, wanted.old])
    if wanted.new == "":
        raise HTTPException(409, "a deal needs a title")
    return cursor.rowcount


@app.get("/deals.txt")
async def export(request: Request, login: Annotated[str, Depends(whoever)]) -> StreamingResponse:
    """Stream the deals: the session belongs inside of what streams."""

    async def lines() -> AsyncIterator[str]:
        async with as_person(request.app.state.pool, login) as connection, connection.cursor("deals") as cursor:
            await cursor.execute("select title from crm.deal order by title")
            async for (title,) in cursor:
                yield f"{title}\n"

    return StreamingResponse(lines(), media_type="text/plain")


@app.get("/wrong.txt")
async def wrong(connection: Crm) -> StreamingResponse:
    """Stream from a session that is over by then: fails, and shows nobody's rows."""

    async def lines() -> AsyncIterator[str]:
        cursor = await connection.execute("select title from crm.deal")
        async for (title,) in cursor:
            yield f"{title}\n"

    return StreamingResponse(lines(), media_type="text/plain")


@app.exception_handler(NotAPersonError)
async def nobody(_: Request, error: NotAPersonError) -> JSONResponse:
    """Refuse somebody who was dismissed, or is no person of the CRM's."""
    return JSONResponse({"detail": str(error)}, 403)


@app.exception_handler(psycopg.errors.InsufficientPrivilege)
async def forbidden(_: Request, error: psycopg.errors.InsufficientPrivilege) -> JSONResponse:
    """Say what PostgreSQL refuses the person."""
    return JSONResponse({"detail": error.diag.message_primary}, 403)
