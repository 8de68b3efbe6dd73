"""The console as a Flask application: who may come in, what every answer carries, and how faults are shown."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import logging
from typing import Any, Optional

from flask import Flask, Response, abort, g, redirect, render_template, request, session, url_for
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager, current_user
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from werkzeug.exceptions import HTTPException, SecurityError

from bot import settings
from bot.console import calls, followups, lookup, safeguarding, signin, supervising
from bot.console.assistant import Assistant
from bot.console.shape import fits
from bot.console.state import Console, User, console, me
from bot.console.wording import day, dial, helpline, minutes, moment, when, wording
from bot.people.accounts import IDLE
from knowledge.blocks import NUMBERED, from_text

log = logging.getLogger(__name__)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",  # CSRF protection asks for the referrer where there is TLS
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}
LARGEST = 256 * 1024  # bytes of a request
OPEN = ("signin.sign_in", "signin.token", "static")  # what needs no sign-in
PASSIVE = ("signin.left", "signin.token", "static")  # what is no sign of life
LOCAL = ("localhost", "127.0.0.1", "[::1]")


class Sessions(SecureCookieSessionInterface):
    """Signed cookies that only travel over TLS where the request did."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return bool(request.is_secure)


def create_app(assistant: Assistant, people: Any, secret: str, local: bool = True) -> Flask:
    """The console over a database, asking this assistant. `local`: it answers to this machine's own names alone."""
    app = Flask("bot.console")
    key = hmac.new(secret.encode(), b"console", hashlib.sha256).hexdigest()
    app.config.update(
        SECRET_KEY=key,
        SESSION_COOKIE_NAME="console",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
        MAX_CONTENT_LENGTH=LARGEST,
        MAX_FORM_MEMORY_SIZE=LARGEST,
        TRUSTED_HOSTS=list(LOCAL) if local else None,
    )
    app.session_interface = Sessions()
    app.extensions["console"] = Console.over(people, assistant)
    app.before_request(_fit)
    CSRFProtect(app)
    _logins(app)
    app.before_request(_admit)
    app.after_request(_headers)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(CSRFError, _refused)
    app.register_error_handler(Exception, _failed)
    for part in (signin, calls, lookup, safeguarding, followups, supervising):
        app.register_blueprint(part.blueprint)
    app.context_processor(_given)
    app.jinja_env.filters.update(parts=from_text, dial=dial, when=when, day=day, moment=moment, minutes=minutes)
    app.jinja_env.globals.update(numbered=NUMBERED)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    return app


def _logins(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = None  # the sign-ins' own table says which are good

    @manager.user_loader
    def load(key: str) -> Optional[User]:
        account, left = console().signins.read(key)
        g.left = left
        return User(account, key) if account else None


def _fit() -> None:
    if not fits(request):
        abort(404 if request.view_args and not request.is_json else 400)  # at 404 a page forgets what it sent


def _admit() -> Any:
    """Nobody gets anywhere without a sign-in: each route is shut unless it is named as open.

    What a page's script sends names the account that the page was made for.
    """
    if request.endpoint is None or request.endpoint in OPEN:
        return None
    if not current_user.is_authenticated:
        ended = "_user_id" in session
        if wants_data():
            return {"error": "signed_out"}, 401
        place = request.full_path if request.method == "GET" else None
        return redirect(url_for("signin.sign_in", next=place and place.rstrip("?"), ended=1 if ended else None))
    if wants_data() and request.headers.get("X-Account") != str(me()):
        return {"error": "another"}, 401  # the page is another adviser's, of before this sign-in
    if request.endpoint not in PASSIVE:
        console().signins.touch(current_user.key)
        g.left = IDLE
    return None


def wants_data() -> bool:
    """Whether a page's script asks, and not a person who goes from page to page."""
    return "X-Console" in request.headers


def _headers(answer: Response) -> Response:
    answer.headers.update(HEADERS)
    if request.endpoint == "static":
        answer.headers["Cache-Control"] = "private, max-age=300"
    if request.is_secure:
        answer.headers["Strict-Transport-Security"] = "max-age=31536000"
    left = g.get("left")
    if left:
        answer.headers["X-Session-Left"] = str(int(left))
    answer.headers.pop("Server", None)
    return answer


def _refused(error: Any) -> Any:
    code = getattr(error, "code", None) or 500
    if code in (301, 302, 303, 307, 308) and isinstance(error, HTTPException):
        return error.get_response()
    sentences = wording()["errors"]
    sentence = sentences.get(code, sentences[500] if code >= 500 else sentences[400])
    if isinstance(error, SecurityError):  # another host's name: no page of ours has an address under it
        return Response(sentence, code, mimetype="text/plain")
    if wants_data():
        return {"error": sentence, "code": code}, code
    return render_template("error.html", sentence=sentence, code=code), code


def _failed(error: Exception) -> Any:
    """What goes wrong is logged by type and place: an error's text may carry people's words."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    log.error("%s of the console failed: %s at %s", request.endpoint, type(error).__name__, where)
    return _refused(error)


def _given() -> dict[str, Any]:
    """What every template knows."""
    signed_in = current_user.is_authenticated
    waiting = len(console().handovers.waiting()) if signed_in else 0
    return {
        "w": wording(),
        "helpline": helpline(),
        "csrf": generate_csrf,
        "user": current_user if signed_in else None,
        "waiting": waiting,
        "left": int(g.get("left") or 0),
        "here": request.endpoint or "",
    }


def proxies() -> int:
    """How many proxies of our own stand before the server."""
    return settings.PROXIES()


def is_local(host: str) -> bool:
    """Whether only this machine reaches a host's ports."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
