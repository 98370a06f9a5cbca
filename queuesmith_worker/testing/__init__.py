"""For tests of your own handler: events from plain messages, a context with a clock, an SQS client that sends nothing.

Lambda never loads this package, and the toolkit does not import it. It needs boto3. Only `fixtures` needs pytest.
"""

from queuesmith_worker.testing.events import DLQ_URL, QUEUE_URL, SqsMessage, eventbridge_event, sns_notification, sqs_event
from queuesmith_worker.testing.fake_circuits import FakeCircuit, FakeCircuits
from queuesmith_worker.testing.fake_lambda import Clock, FakeContext, FakeLambda
from queuesmith_worker.testing.fake_s3 import FakeS3
from queuesmith_worker.testing.fake_sqs import DeadLetter, FakeSqs
from queuesmith_worker.testing.results import BatchResult, MessageResult

__all__ = [
    "DLQ_URL",
    "QUEUE_URL",
    "BatchResult",
    "Clock",
    "DeadLetter",
    "FakeCircuit",
    "FakeCircuits",
    "FakeContext",
    "FakeLambda",
    "FakeS3",
    "FakeSqs",
    "MessageResult",
    "SqsMessage",
    "eventbridge_event",
    "sns_notification",
    "sqs_event",
]
