"""What a user asks for in a link or a form of the console."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from queuesmith.common.errors import UsageError
from queuesmith.operations.messages import Message, MessagePredicate, parse_attribute
from queuesmith.operations.redriving import Editor, expression_editor
from queuesmith.operations.selecting import where_matcher

ACTIONS = ("pause", "resume", "redrive", "drop", "send")


@dataclass(frozen=True)
class ActionRequest:
    """An action with its parameters. Empty texts are not given. Two equal requests have the same preview."""

    action: str
    where: str = ""
    """The JMESPath expression on the whole message that selects messages."""
    message_ids: tuple[str, ...] = ()
    """The ids of the selected messages."""
    to: str = ""
    """Another queue to move messages to."""
    edit: str = ""
    """The JMESPath expression whose result replaces each body."""
    count: int | None = None
    """The number of messages that was confirmed."""
    body: str = ""
    group: str = ""
    deduplication_id: str = ""
    attributes: tuple[str, ...] = ()

    @classmethod
    def from_values(cls, values: MultiDict[str, str]) -> ActionRequest:
        """Read the fields of a form or the parameters of a link. Raises UsageError if they are no possible action."""
        text = {name: values.get(name, "").strip() for name in ("action", "where", "to", "edit", "count")}
        if text["action"] not in ACTIONS:
            raise UsageError(f'There is no action "{text["action"]}". The actions are: {", ".join(ACTIONS)}')
        if text["count"] and not text["count"].isdecimal():
            raise UsageError(f'The number of messages is "{text["count"]}", but must be a whole number')
        request = cls(
            text["action"],
            text["where"],
            tuple(values.getlist("message_id")),
            text["to"],
            text["edit"],
            int(text["count"]) if text["count"] else None,
            values.get("body", "").replace("\r\n", "\n"),
            values.get("group", ""),
            values.get("deduplication_id", ""),
            tuple(each for each in values.getlist("attribute") if each),
        )
        if not request.has_selection and ("selected" in values or request.action == "drop"):
            raise UsageError(f"No messages are selected. Select at least one message to {request.action}")
        return request

    @property
    def has_selection(self) -> bool:
        """Whether messages are selected. Otherwise the action is about all."""
        return bool(self.where or self.message_ids)

    @property
    def match(self) -> MessagePredicate | None:
        """Returns whether the expression selects a message. None: there is no expression."""
        return where_matcher(self.where) if self.where else None

    @property
    def editor(self) -> Editor | None:
        """Returns the new body of a message. None: bodies are not changed."""
        return expression_editor(self.edit) if self.edit else None

    def message(self, *, fifo: bool) -> Message:
        """The message to send. Raises UsageError if SQS accepts no such message."""
        if not self.body:
            raise UsageError("The body is empty. SQS does not accept empty messages")
        if fifo and not self.group:
            raise UsageError("The queue is a FIFO queue, so the message needs a message group")
        attributes = dict(map(parse_attribute, self.attributes))
        return Message(self.body, attributes, self.group or None, self.deduplication_id or None)
