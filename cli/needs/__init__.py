"""`muster need …`: record what residents need, see how it goes, steer it, end it."""

from __future__ import annotations

from cli.choosing import choose
from cli.groups import group
from cli.needs.answering import answer, transfer
from cli.needs.ending import close, take, withdraw
from cli.needs.looking import list_, show
from cli.needs.private import keep, looks
from cli.needs.recording import import_, open_
from cli.needs.steering import amend, ask, extend, hold

app = group("Record what residents need, see how it goes, steer it, end it.")

app.command("open")(open_)
app.command("import")(import_)
app.command("list")(list_)
app.command("show")(show)
app.command("amend")(amend)
app.command("extend")(extend)
app.command("hold")(hold)
app.command("ask")(ask)
app.command("answer")(answer)
app.command("transfer")(transfer)
app.command("choose")(choose)
app.command("take")(take)
app.command("withdraw")(withdraw)
app.command("close")(close)
app.command("keep")(keep)
app.command("looks")(looks)
