"""What one server takes and refuses, learned from its refusals."""

from __future__ import annotations

import logging
import re
from typing import Any

from atlas_tui.engine.remote.faults import Refusal

log = logging.getLogger(__name__)

Body = dict[str, Any]

_PRIVATE = (
    "top_k",
    "min_p",
    "chat_template_kwargs",
    "reasoning_effort",
    "continue_final_message",
    "add_generation_prompt",
    "logprobs",
    "top_logprobs",
    "stream_options",
)
"""Fields that not every server knows; a request means the same without them, or nearly."""
_DROPPABLE = (*_PRIVATE, "seed", "temperature", "top_p")
"""Some hosted models refuse the last three."""
_REFUSED = (400, 422)


class Dialect:
    """Remembers, over the life of an engine, how requests to its server must look."""

    def __init__(self) -> None:
        self.dropped: set[str] = set()
        self.embeddings = True
        """False once the server has shown that it has no such endpoint."""
        self.thinks_anyway = False
        """It thought although it was told not to in the way of chat templates."""
        self.schemas = True
        """False once it has refused JSON schemas; they are never left out, for an answer would not keep to
        them."""
        self._completion_tokens = False
        self._plain_json = False

    def adapt(self, body: Body) -> Body:
        """``body`` as this server wants it."""
        fitted = {key: value for key, value in body.items() if key not in self.dropped}
        if self._completion_tokens and "max_tokens" in fitted:
            fitted["max_completion_tokens"] = fitted.pop("max_tokens")
        wished = fitted.get("response_format", {})
        if self._plain_json and "json_schema" in wished:
            # llama-cpp-python's server and older hosts: the schema stands beside the type.
            schema = wished["json_schema"]["schema"]
            fitted["response_format"] = {"type": "json_object", "schema": schema}
        return fitted

    def learn(self, refusal: Refusal, sent: Body) -> bool:
        """Take a lesson from what was refused; True when the same request is worth another try."""
        if refusal.context or refusal.status not in (*_REFUSED, 500):
            return False
        words = f"{refusal.message} {refusal.param}"
        if "max_tokens" in sent and "max_completion_tokens" in words:
            self._completion_tokens = True
            return True
        if "response_format" in sent and _names(words, "response_format"):
            # By what was sent: a request beside this one may have learned the same already.
            first_form = "json_schema" in sent["response_format"]
            self._plain_json, self.schemas = True, self.schemas and first_form
            return first_form
        named = {one for one in _DROPPABLE if one in sent and _names(words, one)}
        if named & {"logprobs", "top_logprobs"}:
            named |= {"logprobs", "top_logprobs"} & set(sent)
        if named:
            self._drop(named, refusal)
        return bool(named)

    def without_private(self, refusal: Refusal, sent: Body) -> Body | None:
        """The request with nothing but standard fields, for a server that does not name what it refuses;
        None where that is no way out."""
        named = not self.schemas and "response_format" in sent
        if named or refusal.context or refusal.status not in _REFUSED:
            return None
        if not any(one in sent for one in _PRIVATE):
            return None
        return {key: value for key, value in sent.items() if key not in _PRIVATE}

    def confirm(self, sent: Body, refused: Body) -> None:
        """``sent`` was taken where ``refused`` was not: the difference is refused from now on."""
        self._drop({one for one in _PRIVATE if one in refused and one not in sent}, None)

    def _drop(self, fields: set[str], refusal: Refusal | None) -> None:
        log.info(
            "the server refuses %s, which is left out from now on: %s",
            ", ".join(sorted(fields)),
            refusal.message if refusal else "it did not say which",
        )
        self.dropped |= fields


def _names(text: str, field: str) -> bool:
    return re.search(rf"(?<![a-z_]){re.escape(field)}(?![a-z_])", text) is not None
