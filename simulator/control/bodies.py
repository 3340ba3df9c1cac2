"""Bodies of the control API, read into models; a refusal names the field and what is wrong with it, never its value."""

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request

Model = TypeVar("Model", bound=BaseModel)


class InboundText(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    from_: str = Field(alias="from")
    to: str
    body: str


class RefusedBodyError(Exception):
    """The body does not fit its model."""


async def read(request: Request, model: type[Model]) -> Model:
    try:
        return model.model_validate_json(await request.body())
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False, include_context=False)
        raise RefusedBodyError(
            "; ".join(f"{'.'.join(map(str, problem['loc'])) or 'body'}: {problem['msg']}" for problem in problems)
        ) from None
