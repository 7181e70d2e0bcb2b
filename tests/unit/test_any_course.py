"""Any course that events may take: two tabs, one backend, and what must hold all along."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from supertokens_pyodide.errors import NoSession, RefreshUnavailable, SignOutFailed
from supertokens_pyodide.testing import NetworkDown, Reply, TimedOut

from tests.unit.backend import PUBLIC, REFRESH, SIGN_OUT
from tests.unit.shim_core import ShimCore
from tests.unit.world import World

TABS = st.integers(0, 1)
RESTING = Reply(429, {"retry-after": "5"})
OUTAGES = st.sampled_from([NetworkDown(), TimedOut(), Reply(503), Reply(404), RESTING])
CALLS = ["does_session_exist", "get_session_status", "get_access_token_payload", "attempt_refresh"]
CALLS += ["get_user_id", "get_tenant_id", "get_access_token"]
AT_ONCE = ["/items", "does_session_exist", "attempt_refresh"]


class AnyCourse(RuleBasedStateMachine):
    """Users sign in and out, tokens expire, administrators revoke, backends fall over."""

    @initialize(
        mode=st.sampled_from(["cookie", "header"]),
        error=st.sampled_from([0, 7_200_000]),
        is_cached=st.booleans(),
    )
    def open_browser(self, mode, error, is_cached):
        self.is_cached = is_cached  # whether the shim's step cache is in front of each core
        self.world = World(mode, clock_error=error, enable_debug_logs=False)
        self.world.open_tab()
        for tab in self.world.tabs:
            self.prepare(tab)
        self.user = None  # whom the backend has signed in here
        self.outage = False

    @rule(tab=TABS, user=st.sampled_from(["alice", "bob"]))
    def sign_in(self, tab, user):
        self.world.sign_in(user, self.world.tabs[tab])
        self.user = user

    @rule(tab=TABS)
    def sign_out(self, tab):
        try:
            self.world.tabs[tab].call("sign_out")
        except SignOutFailed:
            assert self.outage
            return
        assert not self.world.signed_in
        self.user = None

    @rule()
    def expire(self):
        self.world.forget()
        self.world.expire()

    @rule()
    def revoke(self):
        self.world.backend.revoke_all()

    @rule(answer=OUTAGES)
    def fall_over(self, answer):
        self.outage = True
        self.world.backend.always |= {REFRESH: answer, SIGN_OUT: answer}

    @precondition(lambda self: self.outage)
    @rule()
    def recover(self):
        self.outage = False
        self.world.backend.always.clear()
        self.world.pass_time(10_000)  # what a probe has found during the outage is forgotten

    @rule(
        wanted=st.lists(st.tuples(TABS, st.sampled_from(AT_ONCE)), min_size=1, max_size=6),
        turns=st.lists(TABS, max_size=20),
    )
    def do_several_things_at_once(self, wanted, turns):
        before, asked = self.successful_refreshes(), self.world.refreshes
        calls = [(name, self.begin(self.world.tabs[tab], name)) for tab, name in wanted]
        for tab in turns:
            self.world.tabs[tab].turn()
        self.world.run_all()
        for name, call in calls:
            assert call.ended
            try:
                result = call.result()
            except RefreshUnavailable:
                assert self.outage
            else:
                if name == "/items" and result.status == 200:
                    assert result.text == self.user
        assert self.successful_refreshes() - before <= 1
        if self.outage:
            assert self.world.refreshes - asked <= len(self.world.tabs)

    @rule(tab=TABS, name=st.sampled_from(CALLS))
    def ask(self, tab, name):
        try:
            value = self.world.tabs[tab].call(name)
        except NoSession:
            assert not self.world.signed_in or name != "get_user_id"
        except RefreshUnavailable:
            assert self.outage
        else:
            if name == "get_user_id":
                assert value == self.user

    @rule(tab=TABS)
    def upload(self, tab):
        sent = len(self.world.sent("/upload"))
        self.world.tabs[tab].fetch("/upload", method="POST", one_shot=True)
        assert len(self.world.sent("/upload")) == sent + 1

    @rule(tab=TABS)
    def reload(self, tab):
        self.world.tabs[tab].client.close()
        self.world.tabs[tab] = self.world.browser.open_tab(**self.world.options)
        self.prepare(self.world.tabs[tab])

    @rule(tab=TABS)
    def visit(self, tab):
        assert self.world.tabs[tab].fetch(PUBLIC).status == 200

    def prepare(self, tab):
        if self.is_cached:
            tab.client.port = ShimCore(tab)

    def begin(self, tab, name):
        return tab.begin_fetch(name) if name.startswith("/") else tab.begin_call(name)

    def successful_refreshes(self):
        return sum(len(session.used) for session in self.world.backend.sessions)

    def alive(self):
        return any(session.alive for session in self.world.backend.sessions)

    @invariant()
    def no_refresh_token_is_used_twice(self):
        assert self.world.backend.thefts == 0

    @invariant()
    def nothing_is_left_running(self):
        assert [len(tab.client.session.flows) for tab in self.world.tabs] == [0, 0]
        assert self.world.browser.locks == {}

    @invariant()
    def the_cookies_agree_with_the_backend(self):
        signed_in, cookies = self.world.signed_in, self.world.browser.cookies
        if self.alive() and self.user:
            assert signed_in  # neither an outage nor anything else but the backend ends a session
        if not signed_in:
            assert set(cookies) <= {"st-last-access-token-update"}

    @invariant()
    def who_signed_out_stays_signed_out(self):
        if self.user is None:
            assert not self.world.signed_in


TestAnyCourse = AnyCourse.TestCase
TestAnyCourse.settings = settings(max_examples=60, stateful_step_count=30)
