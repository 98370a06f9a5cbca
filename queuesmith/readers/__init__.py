"""Reads settings, Terraform files and AWS's responses into the rules' `Pipeline`, and looks for handlers in code and zips."""

from typing import TYPE_CHECKING

from queuesmith.common.lazy import lazy_exports

if TYPE_CHECKING:
    from queuesmith.readers.deployed.pipeline import deployed_pipeline
    from queuesmith.readers.settings.pipeline import WorkerContext, settings_pipeline
    from queuesmith.readers.terraform.input import read_document
    from queuesmith.readers.terraform.pipelines import FilePipelines, pipelines_in

__all__ = ["FilePipelines", "WorkerContext", "deployed_pipeline", "pipelines_in", "read_document", "settings_pipeline"]

__getattr__ = lazy_exports(__name__)  # reading files needs no boto3, and reading AWS needs no pydantic
