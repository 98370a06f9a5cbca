"""The message of the worker `exports`. Its producers import it, too."""

from pydantic import BaseModel


class Export(BaseModel):
    export_id: str
    customer_id: str
