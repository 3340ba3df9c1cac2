"""Which messages are commands."""

from __future__ import annotations

import pytest

from services.compliance.keywords import Keyword, keyword_of

LONG_CODE = "+14155550199"
TOLL_FREE = "+18005550199"


@pytest.mark.parametrize("word", ["STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"])
@pytest.mark.parametrize("form", ["{}", " {}\n", "{}.", "\u201c{}\u201d!!", "({})"])
@pytest.mark.parametrize("number", [LONG_CODE, TOLL_FREE])
def test_each_stop_word_stops_in_whichever_form_it_is_typed(word: str, form: str, number: str) -> None:
    for typed in (word, word.lower(), word.title()):
        assert keyword_of(form.format(typed), opt_out_type=None, number=number) is Keyword.STOP


@pytest.mark.parametrize(
    ("body", "keyword"),
    [
        pytest.param("opt out", Keyword.STOP, id="the law's own spelling"),
        pytest.param("Opt-Out", Keyword.STOP, id="with a hyphen"),
        pytest.param("stop all", Keyword.STOP, id="in two words"),
        pytest.param("\uff33\uff34\uff2f\uff30", Keyword.STOP, id="full-width letters"),
        pytest.param("start", Keyword.START, id="start"),
        pytest.param(" Unstop ", Keyword.START, id="unstop"),
        pytest.param("yes", Keyword.START, id="yes"),
        pytest.param("help?", Keyword.HELP, id="help"),
        pytest.param("INFO", Keyword.HELP, id="info"),
        pytest.param("CANCEL my 3 pm", None, id="an appointment, no command"),
        pytest.param("STOP this bill", None, id="somebody else shall stop"),
        pytest.param("please don't stop", None, id="the contrary"),
        pytest.param("stop by tomorrow?", None, id="a visit"),
        pytest.param("yes please", None, id="an answer"),
        pytest.param("UN STOP", None, id="what lifts is taken literally"),
        pytest.param("", None, id="nothing"),
        pytest.param("?!", None, id="punctuation alone"),
    ],
)
def test_only_a_message_that_is_a_keyword_and_nothing_else_commands(body: str, keyword: Keyword | None) -> None:
    assert keyword_of(body, opt_out_type=None, number=LONG_CODE) is keyword


@pytest.mark.parametrize(
    ("opt_out_type", "body", "keyword"),
    [
        pytest.param("STOP", "leave me alone", Keyword.STOP, id="a keyword of the business's own"),
        pytest.param("START", "STOP", Keyword.START, id="Twilio has acted on its own reading"),
        pytest.param("HELP", "STOP", Keyword.HELP, id="help"),
        pytest.param("stop", "hello", Keyword.STOP, id="in small letters"),
        pytest.param("OTHER", "STOP", Keyword.STOP, id="a type that is not known says nothing"),
        pytest.param("", "STOP", Keyword.STOP, id="an empty type says nothing"),
    ],
)
def test_what_twilio_says_wins_over_the_words(opt_out_type: str, body: str, keyword: Keyword) -> None:
    assert keyword_of(body, opt_out_type=opt_out_type, number=LONG_CODE) is keyword


@pytest.mark.parametrize("prefix", ["800", "833", "844", "855", "866", "877", "888"])
@pytest.mark.parametrize(("body", "keyword"), [("YES", None), ("START", Keyword.START), ("UNSTOP", Keyword.START)])
def test_at_a_toll_free_number_only_start_and_unstop_lift(prefix: str, body: str, keyword: Keyword | None) -> None:
    assert keyword_of(body, opt_out_type=None, number=f"+1{prefix}5550199") is keyword


@pytest.mark.parametrize("number", ["+18225550199", "+448005550199", "+18005550"])
def test_other_numbers_are_not_toll_free(number: str) -> None:
    assert keyword_of("YES", opt_out_type=None, number=number) is Keyword.START


@pytest.mark.parametrize("body", ["Yes!!", "(yes)", "start?", "yes."])
def test_what_lifts_an_opt_out_is_taken_to_the_letter(body: str) -> None:
    assert keyword_of(body, opt_out_type=None, number=LONG_CODE) is None
