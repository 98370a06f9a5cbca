"""An existing queue as a worker's source."""

from __future__ import annotations

from constructs import Construct

from queuesmith.settings import ExistingQueueSettings
from queuesmith.settings.arns import name_of, queue_url


class ExistingQueue(Construct):
    """Names, ARNs and URLs of the queue and its DLQ, taken from the settings. It creates no resource."""

    def __init__(self, scope: Construct, id: str, settings: ExistingQueueSettings) -> None:
        super().__init__(scope, id)
        dead_letter_arn = settings.dead_letter_queue_arn
        self.name = name_of(settings.arn)
        self.arn = settings.arn
        self.url = queue_url(settings.arn)
        self.dead_letter_arn: str | None = dead_letter_arn
        self.dead_letter_name: str | None = name_of(dead_letter_arn) if dead_letter_arn else None
        self.dead_letter_url: str | None = queue_url(dead_letter_arn) if dead_letter_arn else None
        self.key_arn = settings.kms_key
