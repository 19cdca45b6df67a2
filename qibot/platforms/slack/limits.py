"""What Slack takes, in characters (as `words.size` counts them) unless said otherwise.

Numbers are from Slack's Block Kit reference.
"""

BLOCKS_IN_MESSAGE = 50
BLOCKS_IN_VIEW = 100
MESSAGE_WORDS = 9_000
"""All the words of a message's blocks. Undocumented: somewhere past 12,000 Slack answers `msg_blocks_too_long`."""
VIEW_BYTES = 250_000
TITLE = 500
"""Our own choice: a long title must leave room for what is said."""
PARAGRAPH = 3_000
NOTE = 2_000
FALLBACK = 300
"""Our own choice: what a notification shows; Slack takes 40,000."""
ADDRESS = 3_000
ALT_TEXT = 2_000

BUTTONS_IN_ROW = 5
"""Our own choice, for reading; Slack takes 25 elements in an actions block."""
BUTTON_LABEL = 75
BUTTON_VALUE = 2_000
ACTION_ID = 255
CONFIRM_TEXT = 300

MODAL_TITLE = 24
PRIVATE_METADATA = 3_000
FIELD_LABEL = 2_000
FIELD_ERROR = 1_000
"""Our own choice; Slack names no limit."""
PLACEHOLDER = 150
TYPED = 3_000
OPTION_LABEL = 75
OPTION_VALUE = 150
OPTIONS = 100
OPTION_GROUPS = 100
RADIO_BUTTONS = 4
"""Our own choice, for reading; Slack takes 10."""
CHECKBOXES = 10
SHORT_LABEL = 40
"""Our own choice: longer labels wrap beside a radio button or checkbox on a phone."""
