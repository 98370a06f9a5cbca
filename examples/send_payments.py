"""Sends payments to the worker `payments`, from a service or from another worker."""

import os

from handlers.payments.payment import Payment
from queuesmith_worker import Producer

payments = Producer(Payment, os.environ["PAYMENTS_QUEUE"], group="account", deduplication="payment_id")
