"""Sends exports to the worker `exports`. The customer is the tenant."""

import os

from handlers.exports.export import Export
from queuesmith_worker import Producer

exports = Producer(Export, os.environ["EXPORTS_QUEUE"], group="customer_id")
