"""Signing in and out, and staying signed in."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, abort, flash, g, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from flask_wtf import FlaskForm
from flask_wtf.csrf import generate_csrf
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, Length

from bot.channels.limits import Limit, neighbourhood
from bot.console.state import User, console, me
from bot.console.wording import minutes, wording
from bot.people.accounts import LOCKED, LONGEST, TRIES

blueprint = Blueprint("signin", __name__)
TRIES_A_MINUTE = 20  # from one address
_by_address = Limit(TRIES_A_MINUTE)


class SignInForm(FlaskForm):
    name = StringField(validators=[DataRequired(), Length(max=64)])
    password = PasswordField(validators=[DataRequired(), Length(max=LONGEST)])


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Any:
    """The form; with a name and a password, a new session in place of whatever there was."""
    said = wording()["sign_in"]
    data = "X-Console" in request.headers
    if request.method == "GET":
        if current_user.is_authenticated:
            return redirect(_next())
        first = None if console().accounts.all() else said["first"]
        note = said["ended"] if request.args.get("ended") else None
        return render_template("sign_in.html", form=SignInForm(), note=first or note)
    wait = _by_address.take(neighbourhood(request.remote_addr or ""))
    form = SignInForm()
    if wait:
        return _again(form, said["often"].format(seconds=int(wait) + 1), 429, data)
    if not form.validate_on_submit():
        return _again(form, said["missing"], 400, data)
    account, locked = console().accounts.check(form.name.data, form.password.data)
    if account is None and locked:
        return _again(form, said["locked"].format(minutes=minutes(locked - time.time())), 403, data)
    if account is None:
        return _again(form, said["wrong"].format(tries=TRIES, minutes=int(LOCKED / 60)), 403, data)
    wanted = request.form.get("only")
    if wanted and wanted != account.name:
        return _again(form, wording()["session"]["other"].format(name=wanted), 403, data)
    old = session.get("_user_id")
    if old:
        console().signins.end(old)
    session.clear()  # nothing that was there before belongs to who is here now
    login_user(User(account, console().signins.begin(account)))
    if data:
        g.pop("csrf_token", None)  # that of the session before
        return {"token": generate_csrf(), "name": account.name}
    return redirect(_next())


def _again(form: SignInForm, fault: str, code: int, data: bool) -> Any:
    if data:
        return {"error": fault}, code
    return render_template("sign_in.html", form=form, fault=fault, next=_next()), code


def _next() -> str:
    """Where to go after signing in: a page of ours, whatever the address says."""
    wanted = request.values.get("next") or ""
    parts = urlsplit(wanted)
    safe = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not (parts.scheme or parts.netloc)
    return wanted if safe and "\\" not in wanted and wanted.isprintable() else url_for("calls.home")


@blueprint.post("/sign-out")
def sign_out() -> Any:
    """End this sign-in."""
    console().signins.end(current_user.key)
    logout_user()
    session.clear()
    flash(wording()["sign_in"]["out"])
    return redirect(url_for("signin.sign_in"))


@blueprint.get("/session")
def left() -> Any:
    """How many seconds the sign-in has left. Asking is no sign of life."""
    return {"left": int(g.get("left") or 0)}


@blueprint.post("/session")
def stay() -> Any:
    """Stay signed in."""
    return {"left": int(g.get("left") or 0)}


@blueprint.get("/token")
def token() -> Any:
    """What a form has to carry to be taken for one of ours, and whose it is then."""
    if "X-Console" not in request.headers:
        abort(404)
    return {"token": generate_csrf(), "account": me() if current_user.is_authenticated else None}
