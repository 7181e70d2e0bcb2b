// The elements of the page. This module shows values, and contains no session logic.

const root = document.documentElement;

const MEANINGS = {
  sub: "user id",
  tId: "tenant",
  iat: "issued",
  exp: "expires",
  iss: "issuer",
  sessionHandle: "",
  rsub: "user id within the recipe",
};

export const byId = (id) => document.getElementById(id);

const copyOf = (templateId) => byId(templateId).content.firstElementChild.cloneNode(true);

const localTime = (milliseconds) => new Date(milliseconds).toLocaleString();

export function setReady() {
  byId("account-fields").disabled = false;
  byId("api-fields").disabled = false;
  root.dataset.ready = "true";
}

/** Show that Python is being loaded, and for what. */
export function showPythonLoading(purpose) {
  root.dataset.python = "loading";
  byId("boot-reason").hidden = false;
  byId("boot-reason").textContent = `Python is needed ${purpose}.`;
}

export function showPythonReady() {
  root.dataset.python = "ready";
}

export function showBootFailure(error) {
  root.dataset.ready = "failed";
  byId("boot-text").textContent = `Python could not start. ${error}`;
}

export function showStatus(status) {
  root.dataset.session = status === "signed-in" ? "signed-in" : "signed-out";
  byId("status").textContent = status;
}

export function showNotice(text) {
  byId("notice").textContent = text;
  byId("notice").hidden = text === "";
}

/** Show the errors of the form, each `{id, error}`; those with a field's id mark the field. */
export function showFormErrors(errors) {
  byId("form-error").replaceChildren(
    ...errors.map(({ error }) => {
      const item = document.createElement("li");
      item.textContent = error;
      return item;
    }),
  );
  for (const id of ["email", "password"]) {
    byId(id).setAttribute("aria-invalid", String(errors.some((error) => error.id === id)));
  }
}

export function showMode(mode) {
  byId(`mode-${mode}`).checked = true;
  byId("mode").textContent = mode === "header" ? "headers" : "cookies";
}

export function showUser(userId, tenantId) {
  byId("user-id").textContent = userId;
  byId("tenant-id").textContent = tenantId;
}

function meaningOf(name, value) {
  const meaning = MEANINGS[name] ?? "";
  return name === "iat" || name === "exp" ? `${meaning} ${localTime(value * 1000)}` : meaning;
}

export function showClaims(claims) {
  // Those that mean something to us come first, in the order in which they are explained.
  const ordered = Object.entries({ ...MEANINGS, ...claims }).filter(([name]) => name in claims);
  byId("token-claims").replaceChildren(
    ...ordered.map(([name, value]) => {
      const row = copyOf("claim-row");
      row.dataset.claim = name;
      row.querySelector("th").textContent = name;
      row.querySelector("code").textContent =
        typeof value === "string" ? value : JSON.stringify(value);
      row.querySelector(".meaning").textContent = meaningOf(name, value);
      return row;
    }),
  );
}

/** Show the seconds left of a token's life, as a number and as a ring. */
export function showCountdown({ iat, exp }) {
  const left = Math.max(0, exp - Date.now() / 1000);
  byId("countdown").textContent = left > 0 ? `${Math.ceil(left)} s` : "expired";
  byId("ring").style.setProperty("--left", Math.min(1, left / (exp - iat)));
}

/** Show a list of sessions from /api/sessions. */
export function showSessions(sessions) {
  byId("sessions").replaceChildren(
    ...sessions.map((session) => {
      const row = copyOf("session-row");
      row.dataset.handle = session.handle;
      row.querySelector(".handle").textContent = session.handle;
      row.querySelector(".tenant").textContent = session.tenantId;
      row.querySelector(".current").hidden = !session.current;
      row.querySelector(".created").textContent = localTime(session.created);
      row.querySelector(".expiry").textContent = localTime(session.expiry);
      return row;
    }),
  );
}

/** Show the payload of a session in its row; without one, hide it. */
export function showSessionPayload(row, payload) {
  row.querySelector(".payload").hidden = payload === undefined;
  row.querySelector("pre").textContent = payload ? JSON.stringify(payload, null, 2) : "";
}

export function showResult(id, text) {
  byId(id).textContent = text;
}
