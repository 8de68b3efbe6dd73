"""Nobody gets in who should not: routes, roles, CSRF, fixation, injection, brute force, headers."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from bot.channels.limits import Limit
from bot.console import signin
from bot.console.app import HEADERS, OPEN, create_app
from bot.console.state import console
from bot.people.accounts import IDLE, TRIES
from bot.people.concerns import Concerns
from tests.console.conftest import PASSWORD, SECRET, STAFF, Adviser
from tests.console.double import Double

By = Callable[..., Adviser]
VALUES = {"ref": "417-2058", "number": 1, "name": "managed-move-meaning", "filename": "console.css"}
BAD = "<img src=x onerror=alert(1)>'\"; DROP TABLE calls; --{{ 7777*7 }}"


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """Every endpoint with its method and an address of it."""
    adapter, found = app.url_map.bind("localhost"), []
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            given = {k: VALUES[k] for k in rule.arguments}
            found.append((rule.endpoint, method, adapter.build(rule.endpoint, given, method=method)))
    return found


def test_no_page_and_no_data_without_a_sign_in(app: Flask, adviser: By) -> None:
    stranger = adviser(None)
    token = stranger.token()
    seen = set()
    for endpoint, method, path in routes(app):
        if endpoint in OPEN:
            continue
        seen.add(endpoint)
        page = stranger.client.open(path, method=method, data={"csrf_token": token})
        assert page.status_code == 302, path
        assert page.headers["Location"].startswith("/sign-in"), path
        data = stranger.client.open(path, method=method, headers={"X-Console": "1", "X-CSRFToken": token})
        assert (data.status_code, data.json) == (401, {"error": "signed_out"}), path
    assert len(seen) > 20
    assert set(OPEN) <= {endpoint for endpoint, _, _ in routes(app)}


@pytest.mark.parametrize(("path", "may"), [("/supervisor", {"sue"}), ("/concerns", {"lea"})])
def test_a_page_for_some_is_shut_to_the_others(path: str, may: set[str], adviser: By) -> None:
    for name in STAFF:
        assert adviser(name).get(path).status_code == (200 if name in may else 403), name


def test_a_safeguarding_record_is_open_to_its_writer_and_to_leads_alone(people: Any, adviser: By) -> None:
    anna = adviser("anna")
    made = anna.post("/concerns", kind="child-disclosing", area="suffolk", ref=anna.call())
    path = made.headers["Location"]
    body = {"version": 1, "said": "WORDS OF A CHILD", "done": "", "lead_told": True}
    assert anna.send(f"{path}/save", body).json == {"version": 2}
    for name, code in (("anna", 200), ("lea", 200), ("ben", 403), ("sue", 403)):
        page = adviser(name).get(path)
        assert page.status_code == code, name
        assert ("WORDS OF A CHILD" in page.text) == (code == 200)
        late = adviser(name).send(f"{path}/save", {**body, "version": 99, "done": "other words"})
        assert late.status_code == (409 if code == 200 else 403)
    assert "WORDS OF A CHILD" not in adviser("lea").get("/concerns").text
    assert Concerns(people).all()[0]["said"] == "WORDS OF A CHILD"


def test_every_change_needs_our_own_form(app: Flask, adviser: By) -> None:
    anna = adviser("anna")
    tried = set()
    for endpoint, method, path in routes(app):
        if method == "GET":
            continue
        tried.add(endpoint)
        for headers in ({}, {"X-CSRFToken": "made-up"}, {"X-CSRFToken": adviser("ben").token()}):
            answer = anna.client.open(path, method=method, data={"name": "anna"}, headers=headers)
            assert answer.status_code == 400, (path, headers)
    assert len(tried) > 10
    assert anna.get("/").status_code == 200


def test_the_session_before_a_sign_in_is_worth_nothing_after_it(app: Flask, adviser: By) -> None:
    stranger = adviser(None)
    stranger.get("/sign-in")
    before = stranger.client.get_cookie("console")
    assert before
    thief = app.test_client()
    thief.set_cookie("console", before.value)
    stranger.post("/sign-in", name="anna", password=PASSWORD)
    after = stranger.client.get_cookie("console")
    assert after
    assert after.value != before.value
    assert thief.get("/").status_code == 302
    with app.test_request_context(headers={"Cookie": f"console={after.value}"}):
        session = app.session_interface.open_session(app, __import__("flask").request)
        assert "anna" not in str(session)


def test_a_new_sign_in_ends_the_old_one_of_the_same_browser(app: Flask, adviser: By) -> None:
    anna = adviser("anna")
    old = anna.client.get_cookie("console")
    assert old
    anna.post("/sign-in", name="ben", password=PASSWORD)
    thief = app.test_client()
    thief.set_cookie("console", old.value)
    assert thief.get("/").status_code == 302


def test_after_signing_out_the_cookie_opens_nothing(app: Flask, adviser: By) -> None:
    anna = adviser("anna")
    kept = anna.client.get_cookie("console")
    assert kept
    assert anna.post("/sign-out", follow=True).status_code == 200
    thief = app.test_client()
    thief.set_cookie("console", kept.value)
    assert thief.get("/").status_code == 302


def test_a_cookie_of_another_secret_opens_nothing(people: Any, app: Flask, adviser: By, double: Double) -> None:
    kept = adviser("anna").client.get_cookie("console")
    assert kept
    other = create_app(double, people, "another secret, that is long enough to sign with").test_client()
    other.set_cookie("console", kept.value)
    assert other.get("/").status_code == 302


def test_a_removed_account_and_a_new_password_end_what_was_signed_in(app: Flask, adviser: By) -> None:
    anna, ben = adviser("anna"), adviser("ben")
    with app.app_context():
        console().accounts.remove("anna")
        console().accounts.change_password("ben", "another horse battery")
    assert anna.get("/").status_code == ben.get("/").status_code == 302


def age(people: Any, seconds: float) -> None:
    """As if so much time had gone by since everybody's last sign of life."""
    with people.begin() as connection:
        connection.execute(sa.text("UPDATE signins SET seen = seen - :s"), {"s": seconds})


def test_a_sign_in_ends_when_idle_and_asking_how_long_is_no_sign_of_life(people: Any, adviser: By) -> None:
    anna = adviser("anna")
    age(people, IDLE - 60)
    left = anna.get("/session", headers=anna.heads())
    assert 0 < left.json["left"] <= 60
    assert int(left.headers["X-Session-Left"]) <= 60
    assert anna.send("/session", {}).json["left"] > IDLE - 60
    age(people, IDLE + 1)
    assert anna.get("/").headers["Location"] == "/sign-in?next=/&ended=1"


# ----------------------------------------------------------------------------------------------------- brute force


def test_five_wrong_passwords_lock_a_name_whether_there_is_an_account_or_not(adviser: By) -> None:
    stranger = adviser(None)
    said: dict[str, list[tuple[int, str]]] = {}
    for name in ("anna", "nobody"):
        for _ in range(TRIES + 1):
            answer = stranger.post("/sign-in", name=name, password="wrong")
            said.setdefault(name, []).append((answer.status_code, re.sub(r"\d+ minutes?|" + name, "", _fault(answer))))
    assert said["anna"] == said["nobody"]
    assert "is locked after several wrong passwords" in said["anna"][-1][1]
    right = stranger.post("/sign-in", name="anna", password=PASSWORD)
    assert right.status_code == 403
    assert stranger.post("/sign-in", name="ben", password=PASSWORD).status_code == 302


def _fault(answer: Any) -> str:
    return re.findall(r'id="fault">(.*?)<', answer.text)[0]


def test_many_tries_from_one_address_are_slowed_down(adviser: By, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signin, "_by_address", Limit(3))
    stranger = adviser(None)
    codes = [stranger.post("/sign-in", name=f"n{n}", password="wrong").status_code for n in range(4)]
    assert codes == [403, 403, 403, 429]


@pytest.mark.parametrize(
    "form", [{}, {"name": "anna"}, {"name": "x" * 70, "password": "x"}, {"name": "a", "password": "x" * 300}]
)
def test_a_sign_in_that_is_no_good_is_said_so(form: dict[str, str], adviser: By) -> None:
    assert adviser(None).post("/sign-in", **form).status_code == 400


@pytest.mark.parametrize(
    "place",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "\\\\evil", "/%0aevil\n"],
)
def test_signing_in_leads_nowhere_else(place: str, adviser: By) -> None:
    stranger = adviser(None)
    answer = stranger.client.post(
        "/sign-in", data={"name": "anna", "password": PASSWORD, "next": place, "csrf_token": stranger.token()}
    )
    assert answer.headers["Location"] == "/"


def test_signing_in_leads_back_to_where_one_was(adviser: By) -> None:
    stranger = adviser(None)
    place = stranger.get("/callbacks?x=1").headers["Location"]
    assert place == "/sign-in?next=/callbacks?x%3D1"
    answer = stranger.post("/sign-in", name="anna", password=PASSWORD, next="/callbacks?x=1")
    assert answer.headers["Location"] == "/callbacks?x=1"


# ------------------------------------------------------------------------------------------------ headers, injection


def test_every_answer_carries_the_headers(app: Flask, adviser: By) -> None:
    anna = adviser("anna")
    for path in ("/", "/sign-in", "/nothing", "/supervisor", "/static/console.css", "/session"):
        answer = anna.get(path)
        for name, value in HEADERS.items():
            if not (name == "Cache-Control" and "static" in path):
                assert answer.headers[name] == value, path
        assert "'unsafe" not in answer.headers["Content-Security-Policy"]
        assert "Server" not in answer.headers
    cookie = anna.client.get_cookie("console")
    assert cookie
    assert cookie.http_only
    assert cookie.same_site == "Strict"


def test_behind_tls_the_cookie_is_secure_and_only_then(app: Flask) -> None:
    assert "Secure" not in app.test_client().get("/sign-in").headers["Set-Cookie"]
    secure = app.test_client().get("/sign-in", base_url="https://localhost")
    assert "Secure" in secure.headers["Set-Cookie"]
    assert "Strict-Transport-Security" in secure.headers


def test_another_host_s_name_is_not_answered(app: Flask) -> None:
    assert app.test_client().get("/sign-in", headers={"Host": "evil.example"}).status_code == 400


def test_no_page_carries_script_or_style_of_its_own(app: Flask, adviser: By) -> None:
    anna = adviser("sue")
    ref = anna.call()
    for path in ("/", f"/calls/{ref}", f"/calls/{ref}/end", "/callbacks", "/handovers", "/supervisor", "/safeguarding"):
        text = anna.get(path).text
        assert not re.search(r"<script(?![^>]+src=)|<style|\sstyle=|\son\w+=", text), path


def test_what_is_written_and_searched_is_never_more_than_text(app: Flask, people: Any, adviser: By) -> None:
    anna = adviser("anna")
    ref = anna.call()
    kept = anna.save(ref, note=BAD, facts={"decision": BAD, "school_area": BAD, "role": BAD, "unheard": BAD})
    assert kept.status_code == 200
    assert kept.json["stored"] == BAD
    anna.send(f"/calls/{ref}/ask", {"question": BAD, "title": None})
    asked = anna.send(f"/calls/{ref}/ask", {"question": BAD, "title": None}).text
    found = anna.get("/search", query_string={"q": BAD}).text
    end = anna.post(f"/calls/{ref}/end", outcome="other", other=BAD, number=BAD)
    for text in (anna.get(f"/calls/{ref}").text, anna.get(f"/calls/{ref}/end").text, asked, found, end.text):
        assert "<img src=x" not in text
        assert "54439}}" not in text
        assert "54439" not in text
    assert anna.get("/").status_code == 200
    with people.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM calls")).scalar() == 1


@pytest.mark.parametrize("ref", ["' OR 1=1 --", "../../etc/passwd", "417-2058", "%00", "x" * 3000])
def test_a_reference_that_is_none_opens_nothing(ref: str, adviser: By) -> None:
    assert adviser("anna").get("/calls/" + ref).status_code in (404, 400)


@pytest.mark.parametrize(
    "body",
    [None, [], "x", {}, {"version": "1", "note": "", "facts": {}}, {"version": 1, "note": 5, "facts": {}},
     {"version": 1, "note": "", "facts": []}],
)  # fmt: skip
def test_a_save_that_is_no_good_changes_nothing(body: Any, adviser: By) -> None:
    anna = adviser("anna")
    ref = anna.call()
    assert anna.send(f"/calls/{ref}/save", body).status_code == 400
    assert 'data-version="1"' in anna.get(f"/calls/{ref}").text


def test_what_is_too_large_is_refused_with_a_sentence(adviser: By) -> None:
    anna = adviser("anna")
    ref = anna.call()
    long = anna.save(ref, note="x" * 20_001)
    assert (long.status_code, long.json["error"]) == (413, "That is more than can be taken at once. Please shorten it.")
    huge = anna.save(ref, note="x" * 300_000)
    assert huge.status_code == 413


ODD: list[Any] = [
    10**30,
    -(10**30),
    1e300,
    "\0",
    "\ud800",
    [],
    {},
    [[1]],
    {"a": [1]},
    None,
    True,
    "",
    json.loads("[" * 9 + "]" * 9),
]


@pytest.mark.parametrize("odd", ODD, ids=ascii)
def test_no_odd_value_is_a_fault_of_ours(odd: Any, adviser: By) -> None:
    anna = adviser("anna")
    ref = anna.call()
    whole = {"version": 1, "note": "", "facts": {}, "keep": [], "undo": None, "script": "parent", "special": None}
    for name in whole:
        assert anna.send(f"/calls/{ref}/save", {**whole, name: odd}).status_code < 500, name
    for fact in anna.client.application.extensions["console"].scripts.facts:
        assert anna.send(f"/calls/{ref}/save", {**whole, "facts": {fact: odd}}).status_code < 500, fact
    for path, body in (
        ("told", {"record": odd, "told": True}),
        ("told", {"record": "managed-move", "told": odd}),
        ("ask", {"question": odd, "title": None}),
        ("ask", {"question": "hello", "title": odd}),
    ):
        assert anna.send(f"/calls/{ref}/{path}", body).status_code < 500, path
    for path in ("save", "told", "ask"):
        assert anna.send(f"/calls/{ref}/{path}", odd).status_code < 500
    assert anna.get(f"/calls/{ref}").status_code == 200


@pytest.mark.parametrize("path", ["/concerns/{}", "/concerns/{}/save", "/callbacks/{}", "/handovers/{}/take"])
@pytest.mark.parametrize("number", [2**31, 10**22, 10**400])
def test_a_number_that_no_database_holds_names_nothing(path: str, number: int, adviser: By) -> None:
    anna = adviser("anna")
    send = anna.get if path == "/concerns/{}" else anna.post
    assert send(path.format(number)).status_code == 404


@pytest.mark.parametrize(
    "content",
    ["[" * 100_000, '{"version": ' * 20_000, '{"version": ' + "9" * 90_000 + "}"],
    ids=["lists", "objects", "digits"],
)
def test_a_body_that_cannot_be_read_is_refused(content: str, adviser: By) -> None:
    anna = adviser("anna")
    headers = anna.heads()
    answer = anna.client.post(
        f"/calls/{anna.call()}/save", data=content, content_type="application/json", headers=headers
    )
    assert answer.status_code in (400, 404)


@pytest.mark.parametrize(
    "place", ["/calls/%00", "/search?q=%00", "/find?reference=%00", "/records/%00", "/search?q=%ED%A0%80"]
)
def test_a_sign_that_no_database_keeps_is_refused_in_an_address(place: str, adviser: By) -> None:
    assert adviser("anna").get(place).status_code < 500


def test_a_fault_says_no_words_to_anybody(adviser: By, double: Double, caplog: pytest.LogCaptureFixture) -> None:
    anna = adviser("anna")
    ref = anna.call()
    double.broken = True
    with caplog.at_level(logging.DEBUG):
        answer = anna.send(f"/calls/{ref}/ask", {"question": "words of a caller", "title": None})
    assert answer.status_code == 500
    assert "Traceback" not in answer.text
    assert "words of a caller" not in answer.text + caplog.text
    assert "RuntimeError" in caplog.text


def test_a_static_file_leads_to_no_other(app: Flask) -> None:
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fwords.yml"):
        assert app.test_client().get(path).status_code == 404


def test_the_secret_of_the_console_is_not_that_of_the_chat(app: Flask) -> None:
    assert SECRET not in str(app.config["SECRET_KEY"])
