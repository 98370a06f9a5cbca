"""Exports the data of a customer."""

from handlers.exports.export import Export
from queuesmith_worker import HandlerSettings, Worker, note


def handle_export(export: Export) -> None:
    note(export_id=export.export_id)  # replace this with your code


lambda_handler = Worker(Export, handle_export, HandlerSettings.from_environment())
