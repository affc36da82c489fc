"""The interactive elements of Block Kit and their limits, as Slack's reference states them."""

from collections.abc import Mapping

from integrations.sandbox.slack.checks import (
    ANY_TEXT,
    Check,
    Shape,
    anything,
    array,
    boolean,
    constant,
    string,
    text,
    whole,
)

MAX_ID = 255
MAX_OPTIONS = 100

_CONFIRM = Shape(
    fields={
        "title": text(100),
        "text": text(300, kinds=ANY_TEXT),
        "confirm": text(30),
        "deny": text(30),
        "style": constant("primary", "danger"),
    },
    required=frozenset({"title", "text", "confirm", "deny"}),
).complaints

_OPTION = Shape(
    fields={
        "text": text(75, kinds=ANY_TEXT),
        "value": string(150, low=1),
        "description": text(75, kinds=ANY_TEXT),
        "url": string(3000),
    },
    required=frozenset({"text", "value"}),
).complaints

_OPTION_GROUP = Shape(
    fields={"label": text(75), "options": array(_OPTION, high=MAX_OPTIONS)},
    required=frozenset({"label", "options"}),
).complaints

_OPTIONS = array(_OPTION, high=MAX_OPTIONS)
_GROUPS = array(_OPTION_GROUP, high=MAX_OPTIONS)


def _element(*, required: frozenset[str] = frozenset(), one_of: frozenset[str] = frozenset(), **own: Check) -> Shape:
    shared = {
        "type": anything,
        "action_id": string(MAX_ID),
        "confirm": _CONFIRM,
        "placeholder": text(150),
        "focus_on_load": boolean,
    }
    return Shape(fields={**shared, **own}, required=required, one_of=one_of)


_NEEDS_OPTIONS = frozenset({"options"})
_SOME_OPTIONS = frozenset({"options", "option_groups"})

BUTTONS: Mapping[str, Shape] = {
    "button": Shape(
        fields={
            "type": anything,
            "text": text(75),
            "action_id": string(MAX_ID),
            "url": string(3000),
            "value": string(2000),
            "style": constant("primary", "danger"),
            "confirm": _CONFIRM,
            "accessibility_label": string(75),
        },
        required=frozenset({"text"}),
    ),
    "overflow": _element(options=array(_OPTION, high=5), required=_NEEDS_OPTIONS),
}

PICKERS: Mapping[str, Shape] = {
    "static_select": _element(options=_OPTIONS, option_groups=_GROUPS, initial_option=_OPTION, one_of=_SOME_OPTIONS),
    "multi_static_select": _element(
        options=_OPTIONS,
        option_groups=_GROUPS,
        initial_options=array(_OPTION, high=MAX_OPTIONS),
        max_selected_items=whole(1, MAX_OPTIONS),
        one_of=_SOME_OPTIONS,
    ),
    "users_select": _element(initial_user=string(MAX_ID)),
    "multi_users_select": _element(
        initial_users=array(string(MAX_ID), high=MAX_OPTIONS),
        max_selected_items=whole(1, MAX_OPTIONS),
    ),
    "conversations_select": _element(
        initial_conversation=string(MAX_ID),
        default_to_current_conversation=boolean,
        response_url_enabled=boolean,
        filter=anything,
    ),
    "channels_select": _element(initial_channel=string(MAX_ID), response_url_enabled=boolean),
    "datepicker": _element(initial_date=string(10, low=10)),
    "timepicker": _element(initial_time=string(5, low=5), timezone=string(MAX_ID)),
    "datetimepicker": _element(initial_date_time=whole(10**9, 10**10 - 1)),
    "radio_buttons": _element(options=array(_OPTION, high=10), initial_option=_OPTION, required=_NEEDS_OPTIONS),
    "checkboxes": _element(
        options=array(_OPTION, high=10),
        initial_options=array(_OPTION, high=10),
        required=_NEEDS_OPTIONS,
    ),
}

FIELDS: Mapping[str, Shape] = {
    "plain_text_input": _element(
        initial_value=string(3000),
        multiline=boolean,
        min_length=whole(0, 3000),
        max_length=whole(1, 3000),
        dispatch_action_config=anything,
    ),
    "url_text_input": _element(initial_value=string(3000), dispatch_action_config=anything),
    "email_text_input": _element(initial_value=string(3000), dispatch_action_config=anything),
    "number_input": _element(
        is_decimal_allowed=boolean,
        initial_value=string(100),
        min_value=string(100),
        max_value=string(100),
        dispatch_action_config=anything,
        required=frozenset({"is_decimal_allowed"}),
    ),
    "file_input": _element(filetypes=array(string(MAX_ID, low=1), high=MAX_OPTIONS), max_files=whole(1, 10)),
}

IMAGES: Mapping[str, Shape] = {
    "image": Shape(
        fields={"type": anything, "image_url": string(3000), "alt_text": string(2000)},
        required=frozenset({"image_url", "alt_text"}),
    )
}
