"""What Teams takes, in characters unless said otherwise.

Microsoft gives one hard number, the size of a whole message; most others are our own choice, so that one long thing
leaves room for the rest. Characters are counted as for Slack (`words.size`), bytes as they travel (UTF-8).
"""

CARD_BYTES = 26_000
"""A message is about 28 kB at most; what is left is for the envelope around the card."""
VERSION = "1.5"
"""Of Adaptive Cards: the newest that Teams shows everywhere."""
ACTIONS_IN_SET = 6
"""Teams shows this many buttons in a row of actions, and hides the others."""

# Our own choices from here on.
TITLE = 500
PARAGRAPH = 3_000
LINES = 60
"""Lines of one paragraph: each is an element of its own, and empty ones have a price too."""
SUMMARY = 300
"""What a notification shows."""
ALT_TEXT = 1_000
ADDRESS = 2_000
MEETING_WORDS = 200
MEETING_ADDRESS = 1_400
"""Two of them and what stands around them fit one paragraph."""
E_MAIL = 254
"""As long as an e-mail address can be (RFC 5321, 4.5.3.1.3)."""
ROW_OF_BUTTONS, BESIDE_LABEL = 48, 4
"""What stands side by side in a narrow card, and what a button takes beside its label; beyond that, labels are cut."""
BUTTON_LABEL = 75
CONFIRM_TEXT = 300
CELL = 300
COLUMNS = 12
TABLE_BYTES = 12_000

INTRO = 1_000
FIELD_ERROR = 500
"""Room for a whole sentence about patient details and how to say it instead."""
PLACEHOLDER = 150
TYPED = 3_000
TYPED_BYTES = 12_000
"""Of all that was typed in one form and is shown again."""
OPTION_LABEL = 200
OPTION_VALUE = 150
HIDDEN = 1_900
FEW_CHOICES = 10
"""So many are radio buttons or checkboxes; more are a list."""
DIALOG_TITLE = 64
FEW_FIELDS = 3
"""So many fit a window of half the screen."""
