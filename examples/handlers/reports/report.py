"""The message of the worker `reports`. Its producers import it, too."""

from pydantic import BaseModel


class Report(BaseModel):
    report_id: str
    lines: list[str]
