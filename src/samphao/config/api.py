"""The interface for programs: OpenAPI 3.1 at /api/v1, its page drawn from local files; refusals are problems after RFC 9457."""

from __future__ import annotations

from http.client import responses
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from samphao import __version__
from samphao.core.errors import HubError
from samphao.customs.rest import router as customs
from samphao.trade.rest import router as trade

PROBLEM = "application/problem+json"
PROBLEM_SCHEMA = {
    "title": "Problem",
    "description": "A refusal after RFC 9457; `type` leads to a page that explains it, or is about:blank.",
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
        "errors": {"type": "array", "items": {"type": "object"}, "description": "of 422: where, and what is wrong"},
    },
}  # fmt: skip


class Api(NinjaAPI):
    """Says of every operation which refusals it may answer: ninja documents only what a function itself returns."""

    def get_openapi_schema(self, **where: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**where)
        schema["components"].setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
        for methods in schema["paths"].values():
            for operation in methods.values():
                for status in (*((401,) if operation.get("security") else ()), 404, 405, 422):
                    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
                    operation["responses"][status] = {"description": responses[status], "content": content}
        return schema


api = Api(title="Samphao", version=__version__, urls_namespace="api-1", docs_url="/docs")
api.add_router("", trade)
api.add_router("", customs)


def problem(status: int, **more: Any) -> HttpResponse:
    found = {"type": "about:blank", "title": responses[status], "status": status, **more}
    return JsonResponse(found, status=status, content_type=PROBLEM)


@api.exception_handler(HubError)
def refused(_request: HttpRequest, error: HubError) -> HttpResponse:
    return problem(**error.problem())


@api.exception_handler(Http404)
def not_found(_request: HttpRequest, _error: Http404) -> HttpResponse:
    return problem(404)


@api.exception_handler(HttpError)
def http_error(_request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, title=error.message)


@api.exception_handler(ValidationError)
def unreadable(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    return problem(422, title="The request does not fit this operation.", errors=error.errors)
