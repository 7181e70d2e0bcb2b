"""The mails and text messages of the demo's mailbox."""

from demo.backend.documentation import Documentation
from demo.backend.mailbox import Mailbox, Message


def test_the_latest_messages_are_kept():
    mailbox = Mailbox(capacity=2)
    for code in ("1", "2", "3"):
        mailbox.add(Message("a@example.com", "sign-in-code", "public", code=code))
    mailbox.add(Message("b@example.com", "sign-in-code", "public", code="4"))
    kept = mailbox.since(0)
    assert kept["last"] == 4
    assert [message["code"] for message in kept["messages"]] == ["3", "4"]
    assert [message["n"] for message in mailbox.since(3)["messages"]] == [4]
    (message,) = mailbox.since(0, to="a@example.com")["messages"]
    assert message["code"] == "3"


def test_the_page_shows_what_would_have_been_sent(new_scene):
    scene = new_scene()
    attempt = scene.code(email=scene.email())
    scene.browser.auth("/signinup/code", email="<i>@example.com")
    response = scene.browser.get("/mailbox")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert attempt["code"] in response.text
    assert attempt["link"].replace("&", "&amp;") in response.text
    assert scene.browser.get("/mailbox", params={"to": "nobody"}).text.count("<article>") == 0


def test_the_page_shows_no_message_as_markup(tmp_path):
    mailbox = Mailbox()
    mailbox.add(Message("<b>", "<b>", "<b>", link='"><b>', code="<b>"))
    router = mailbox.router(Documentation(tmp_path))
    page = next(route for route in router.routes if route.path == "/mailbox").endpoint
    assert "<b>" not in page().body.decode()


def test_each_kind_of_message_arrives(new_scene):
    scene = new_scene()
    email = scene.signed_up()
    scene.browser.form("/user/password/reset/token", email=email)
    assert scene.message(email)["link"].startswith(f"{scene.origin}/sign-in/reset-password?token=")
    scene.browser.post("/auth/user/email/verify/token")
    assert scene.message(email)["link"].startswith(f"{scene.origin}/sign-in/verify-email?token=")
    phone = scene.phone()
    assert scene.code(phoneNumber=phone)["link"].startswith(f"{scene.origin}/sign-in/verify?")
    passkey_owner, _ = scene.signed_up_with_passkey()
    scene.browser.auth("/user/webauthn/reset/token", email=passkey_owner)
    link = scene.message(passkey_owner)["link"]
    assert link.startswith(f"{scene.origin}/sign-in/webauthn/recover?token=")
