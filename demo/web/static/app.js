// The demo app in JavaScript. app.py is the same in Python.

import { logEvent, watchRequests } from "./logs.js";
import {
  byId,
  setReady,
  showBootFailure,
  showClaims,
  showCountdown,
  showFormErrors,
  showMode,
  showNotice,
  showPythonLoading,
  showPythonReady,
  showResult,
  showSessionPayload,
  showSessions,
  showStatus,
  showUser,
} from "./page.js";

const { supertokens } = globalThis;

const mode = new URLSearchParams(location.search).get("mode") === "header" ? "header" : "cookie";

// Only the user can accept the terms: there is nothing to fetch.
const terms = new supertokens.BooleanClaim({ id: "terms", refresh: async () => {} });

let claims;
let shownSession;
let refreshes = 0;

// ---- Python, when it is needed -----------------------------------------------------------------

const PURPOSES = {
  request: "to send a request",
  response: "to read a response",
  tab: "to see what another tab has done",
  does_session_exist: "to learn whether you are signed in",
  sign_out: "to sign out",
  attempt_refresh: "to refresh the session",
  validate_page_claims: "to check a claim",
};

function onPythonStart(reason) {
  showPythonLoading(PURPOSES[reason] ?? `for ${reason}`);
  supertokens.ready().then(showPythonReady, showBootFailure);
}

// ---- the session -------------------------------------------------------------------------------

function onSessionEvent(event) {
  logEvent(event);
  if (event.action === "REFRESH_SESSION" && !event.otherTab) refreshes += 1;
  if (event.action !== "API_INVALID_CLAIM") report(showSession());
}

let showing;
let outdated = false;

/** Bring the page in line with the session; one at a time, and again if asked to meanwhile. */
function showSession() {
  outdated = true;
  showing ??= (async () => {
    try {
      while (outdated) {
        outdated = false;
        try {
          await showSessionOnce();
        } catch (error) {
          // A session that ends meanwhile leaves a half-shown page; the next round puts it right.
          if (!outdated) throw error;
        }
      }
    } finally {
      showing = undefined;
    }
  })();
  return showing;
}

async function showSessionOnce() {
  if (!(await supertokens.doesSessionExist())) {
    const { status, reason } = await supertokens.getSessionStatus();
    claims = shownSession = undefined;
    showStatus(status === "UNKNOWN" ? "unknown" : "signed-out");
    showNotice(status === "UNKNOWN" ? `The state of the session is unknown: ${reason}` : "");
    return;
  }
  showUser(await supertokens.getUserId(), await supertokens.getTenantId());
  const token = await supertokens.getAccessToken();
  claims = token ? decode(token) : await supertokens.getAccessTokenPayloadSecurely();
  showClaims(claims);
  showCountdown(claims);
  showNotice("");
  if (claims.sessionHandle !== shownSession) {
    shownSession = claims.sessionHandle;
    // Before the rest is shown, so that nothing jumps.
    await report(loadSessions());
  }
  showStatus("signed-in");
}

/** The claims of a JWT, unverified: only the backend has to trust them. */
function decode(token) {
  const payload = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
  const bytes = Uint8Array.from(atob(payload), (char) => char.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}

// ---- sign in, up and out -----------------------------------------------------------------------

async function authenticate(endpoint) {
  showFormErrors([]);
  const tenant = byId("tenant").value;
  const base = tenant === "public" ? "/auth" : `/auth/${tenant}`;
  const formFields = ["email", "password"].map((id) => ({ id, value: byId(id).value }));
  const { answer } = await post(`${base}/${endpoint}`, { formFields });
  showFormErrors(errorsIn(answer));
  if (answer.status !== "OK") return;
  byId("password").value = "";
  await showSession();
}

function errorsIn({ status, formFields, reason, message }) {
  switch (status) {
    case "OK":
      return [];
    case "FIELD_ERROR":
      return formFields;
    case "WRONG_CREDENTIALS_ERROR":
      return [{ error: "The e-mail or the password is wrong." }];
    default:
      return [{ error: reason ?? message ?? status }];
  }
}

// ---- calls to the API --------------------------------------------------------------------------

async function request(path, init) {
  const response = await fetch(path, init);
  const text = await response.text();
  try {
    return { status: response.status, answer: JSON.parse(text) };
  } catch {
    return { status: response.status, answer: { message: text } };
  }
}

const post = (path, body) =>
  request(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

async function call(method, path) {
  const { status, answer } = await (method === "POST" ? post(path, {}) : request(path));
  // A raw token has no place on a screen.
  if (answer.token) answer.token = `a JWT of ${answer.token.length} characters`;
  showResult("protected-result", `${status} ${path}\n${JSON.stringify(answer, null, 2)}`);
}

const protectedPath = () =>
  byId("check-database").checked ? "/api/protected?check_database=true" : "/api/protected";

async function tenCalls() {
  const before = refreshes;
  const start = performance.now();
  const calls = Array.from({ length: 10 }, () => request(protectedPath()));
  const good = (await Promise.all(calls)).filter(({ status }) => status === 200).length;
  const took = Math.round(performance.now() - start);
  const refreshed = refreshes - before;
  showResult(
    "ten-result",
    `${good} of 10 answered 200 · ${refreshed} ${refreshed === 1 ? "refresh" : "refreshes"} · ${took} ms`,
  );
}

async function checkTerms() {
  const [error] = await supertokens.validateClaims(() => [terms.validators.isTrue()]);
  const found = error ? `not valid: ${JSON.stringify(error, null, 2)}` : "valid, without a request";
  showResult("protected-result", found);
}

// ---- the user's sessions -----------------------------------------------------------------------

async function loadSessions() {
  const tenant = byId("sessions-tenant").value;
  const { answer } = await request(tenant ? `/api/sessions?tenant=${tenant}` : "/api/sessions");
  showSessions(answer.sessions ?? []);
}

const sessionPath = (row, action) => `/api/sessions/${row.dataset.handle}/${action}`;

async function togglePayload(row) {
  if (!row.querySelector(".payload").hidden) {
    showSessionPayload(row, undefined);
    return;
  }
  const { answer } = await request(sessionPath(row, "payload"));
  showSessionPayload(row, answer.payload);
}

async function changeSessionPayload(row) {
  const note = row.querySelector("[name=note]").value;
  const { answer } = await post(sessionPath(row, "payload"), { note });
  showSessionPayload(row, answer.payload);
}

async function revoke(row) {
  await post(sessionPath(row, "revoke"), {});
  await loadSessions();
}

// ---- wiring ------------------------------------------------------------------------------------

async function report(promise) {
  try {
    await promise;
  } catch (error) {
    showNotice(String(error));
  }
}

function on(id, type, handler) {
  byId(id).addEventListener(type, (event) => {
    showNotice("");
    report(handler(event));
  });
}

on("account", "submit", () => authenticate("signin"));
on("sign-up", "click", () => authenticate("signup"));
on("sign-out", "click", () => supertokens.signOut());
on("refresh-now", "click", () => supertokens.attemptRefreshingSession());
on("call-protected", "click", () => call("GET", protectedPath()));
on("ten-calls", "click", tenCalls);
on("more-calls", "click", async ({ target }) => {
  if (target.dataset.call) await call(...target.dataset.call.split(" "));
});
on("check-terms", "click", checkTerms);
on("payload-form", "submit", () => post("/api/payload", { note: byId("payload-note").value }));
on("refresh-sessions", "click", loadSessions);
on("sessions-tenant", "change", loadSessions);
on("sessions", "click", async ({ target }) => {
  const row = target.closest(".session");
  if (target.dataset.action === "read") await togglePayload(row);
  if (target.dataset.action === "revoke") await revoke(row);
});
on("sessions", "submit", ({ target }) => changeSessionPayload(target.closest(".session")));
for (const choice of ["cookie", "header"]) {
  on(`mode-${choice}`, "change", async () => location.assign(`?mode=${choice}`));
}

showMode(mode);
watchRequests();
setInterval(() => claims && showCountdown(claims), 250);

try {
  const { supertokensPyodide } = globalThis;
  if (supertokensPyodide) supertokensPyodide.onStart = onPythonStart;
  supertokens.init({
    apiDomain: location.origin,
    apiBasePath: "/auth",
    tokenTransferMethod: mode,
    onHandleEvent: onSessionEvent,
  });
  // The form is there at once if no user is signed in, as far as it is known here.
  if (supertokens.sessionHint() === false) {
    showStatus("signed-out");
    setReady();
  }
  // PyScript starts the Python of the page whose Python is in a worker.
  if (!supertokensPyodide) await supertokens.ready();
  await report(showSession());
  setReady();
} catch (error) {
  showBootFailure(error);
}
