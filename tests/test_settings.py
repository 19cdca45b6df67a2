"""What the bot is told from outside: slips are told kindly, secrets are shown to nobody."""

import logging
import traceback
from pathlib import Path
from typing import Any

import pytest
from dotenv import dotenv_values
from pydantic import SecretStr, ValidationError

from qibot.settings import Settings, UnknownSetting, load

EXAMPLE = Path(__file__).resolve().parent.parent / ".env.example"
SECRETS: dict[str, Any] = {
    "qibot_secret_key": "hidden-1",
    "slack_signing_secret": "hidden-2",
    "slack_bot_token": "hidden-3",
    "slack_app_token": "hidden-4",
    "slack_client_secret": "hidden-5",
    "qibot_database_url": "postgresql+psycopg://qibot:hidden-6@db/qibot",
}


def wrong(**given: Any) -> str:
    """What is said about settings that are wrong."""
    with pytest.raises(ValidationError) as refused:
        Settings(_env_file=None, **given)
    return str(refused.value)


def test_without_any_it_is_a_bot_on_this_machine() -> None:
    made = load(None)
    assert (made.qibot_host, made.qibot_port, made.zone.key) == ("127.0.0.1", 3000, "Europe/London")
    assert not made.slack_on


def test_the_example_names_every_setting_and_nothing_else_with_its_default() -> None:
    given = dotenv_values(EXAMPLE)
    assert {name.lower() for name in given} == set(Settings.model_fields)
    from_example, alone = Settings(_env_file=EXAMPLE), Settings(_env_file=None)
    assert from_example == alone


def test_every_setting_of_the_example_is_explained() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    explained = False
    for line in lines:
        name = line.partition("=")[0]
        if line.startswith("#"):
            explained = True
        elif not line:
            explained = False
        elif name:
            assert explained, name


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("QIBOT_DATABSE_URL", "Did you mean QIBOT_DATABASE_URL?"),
        ("QIBOT_ORGANIZERS", "Did you mean QIBOT_ORGANISERS?"),
        ("qibot_prot", "Did you mean QIBOT_PORT?"),
        ("QIBOT_XYZZY_PLUGH_FROTZ", "is not a setting of qibot."),
    ],
)
def test_a_slip_of_the_keyboard_is_told_with_the_nearest_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, hint: str
) -> None:
    with monkeypatch.context() as patched:
        patched.setenv(name, "x")
        with pytest.raises(UnknownSetting) as refused:
            load(None)
    assert str(refused.value).startswith(f"{name} is not a setting of qibot.")
    assert hint in str(refused.value)
    file = tmp_path / ".env"
    file.write_text(f"{name}=x\n")
    with pytest.raises(UnknownSetting):
        load(file)


def test_what_belongs_to_other_programs_is_left_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("POSTGRES_PASSWORD=x\nOTHER_TOOL=y\nSLACK_UNRELATED=z\n")
    monkeypatch.setenv("SLACK_WEBHOOK_OF_ANOTHER_TOOL", "x")
    monkeypatch.setenv("QIBOT_TEST_REQUIRE_NOTHING", "x")
    assert load(file) == Settings(_env_file=None)


def test_the_environment_comes_before_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("QIBOT_PORT=4000\nQIBOT_HOST=0.0.0.0\n")
    monkeypatch.setenv("QIBOT_PORT", "5000")
    made = load(file)
    assert (made.qibot_port, made.qibot_host) == (5000, "0.0.0.0")


def test_secrets_are_shown_to_nobody(caplog: pytest.LogCaptureFixture) -> None:
    made = Settings(_env_file=None, slack_client_id="1.2", **SECRETS)
    with caplog.at_level(logging.INFO):
        logging.getLogger("test").info("settings: %s %r", made, made)
    try:
        raise RuntimeError(made)
    except RuntimeError:
        shown = traceback.format_exc() + repr(made) + str(made) + caplog.text
    assert "hidden-" not in shown


def test_a_secret_that_is_wrong_is_not_quoted_either() -> None:
    said = wrong(qibot_database_url="mysql://root:hidden-1@db/x", qibot_secret_key=["hidden-2"], qibot_port="hidden-3")
    assert "hidden-" not in said


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"qibot_timezone": "Europe/Milton_Keynes"}, "is not a time zone; the usual one is Europe/London"),
        ({"qibot_database_url": "postgres://h/d"}, "postgresql+psycopg://"),
        ({"qibot_database_url": ""}, "sqlite+aiosqlite:///"),
        ({"qibot_port": "0"}, "greater than or equal to 1"),
        ({"qibot_log_format": "xml"}, "'auto', 'json' or 'pretty'"),
        ({"qibot_log_level": "LOUD"}, "'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ({"slack_client_id": "1.2", "slack_client_secret": "x"}, "QIBOT_SECRET_KEY is needed"),
        ({"slack_client_id": "1.2", "qibot_secret_key": ",", "slack_client_secret": "x"}, "QIBOT_SECRET_KEY is needed"),
        ({"slack_client_id": "1.2", "qibot_secret_key": "k"}, "SLACK_CLIENT_ID needs SLACK_CLIENT_SECRET"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(given: dict[str, Any], sentence: str) -> None:
    assert sentence in wrong(**given)


def test_lists_are_written_with_commas() -> None:
    given: dict[str, Any] = {"qibot_organisers": " Owen@RC9.example ,,ann@x.example "}
    made = Settings(_env_file=None, **given)
    assert made.qibot_organisers == ("owen@rc9.example", "ann@x.example")
    keys = Settings(_env_file=None, qibot_secret_key=SecretStr(" new, old,"))
    assert keys.qibot_secret_key.get_secret_value() == "new,old"
