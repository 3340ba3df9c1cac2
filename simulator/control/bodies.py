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
    again_after: float | None = Field(default=None, ge=0)
    """Call seconds until its webhook is sent a second time, behind whatever was sent meanwhile; None: it never is."""


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
