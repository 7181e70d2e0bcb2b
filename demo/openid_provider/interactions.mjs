// What the provider asks a person: their name, and whether the demo may know it.

/** @typedef {Map<string, { email?: string, email_verified?: boolean }>} Accounts */

export class Interactions {
  #provider;
  #accounts;

  /**
   * @param {import("oidc-provider").default} provider
   * @param {Accounts} accounts
   */
  constructor(provider, accounts) {
    this.#provider = provider;
    this.#accounts = accounts;
  }

  /**
   * @param {import("node:http").IncomingMessage} request
   * @param {import("node:http").ServerResponse} response
   */
  async answer(request, response) {
    try {
      const interaction = await this.#provider.interactionDetails(request, response);
      if (request.method !== "POST") {
        const page = interaction.prompt.name === "login" ? LOGIN : CONSENT;
        response.setHeader("Content-Type", "text/html; charset=utf-8");
        response.setHeader("Cache-Control", "no-store");
        response.end(page);
        return;
      }
      const form = await readForm(request);
      const result = await this.#result(interaction, form);
      await this.#provider.interactionFinished(request, response, result, {
        mergeWithLastSubmission: interaction.prompt.name !== "login",
      });
    } catch (error) {
      // An interaction that has ended, or is another browser's.
      response.statusCode = 400;
      response.end(error instanceof Error ? error.message : "The sign-in has ended.");
    }
  }

  /**
   * @param {any} interaction
   * @param {URLSearchParams} form
   */
  async #result(interaction, form) {
    if (form.has("refuse")) {
      return { error: "access_denied", error_description: "The user has refused" };
    }
    if (interaction.prompt.name === "login") {
      const email = form.get("email")?.trim().toLowerCase() ?? "";
      const accountId = form.get("account")?.trim() || email || "somebody";
      const known = email ? { email, email_verified: form.has("verified") } : {};
      this.#accounts.set(accountId, known);
      return { login: { accountId } };
    }
    const { prompt, params, session, grantId } = interaction;
    const { Grant } = this.#provider;
    const grant =
      (grantId && (await Grant.find(grantId))) ||
      new Grant({ accountId: session.accountId, clientId: params.client_id });
    const { missingOIDCScope, missingOIDCClaims } = prompt.details;
    if (missingOIDCScope) grant.addOIDCScope(missingOIDCScope.join(" "));
    if (missingOIDCClaims) grant.addOIDCClaims(missingOIDCClaims);
    return { consent: { grantId: await grant.save() } };
  }
}

/** @param {import("node:http").IncomingMessage} request */
async function readForm(request) {
  let text = "";
  for await (const chunk of request) {
    text += chunk;
    if (text.length > 10_000) throw new Error("The form is too long.");
  }
  return new URLSearchParams(text);
}

/**
 * @param {string} title
 * @param {string} form
 */
const page = (title, form) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 24rem; margin: 3rem auto; padding: 0 1rem; }
  h1 { font-size: 1.3rem; }
  label { display: block; margin: .75rem 0; }
  input[type=text], input[type=email] { display: block; width: 100%; box-sizing: border-box; font: inherit; padding: .4rem; }
  button { font: inherit; padding: .4rem 1rem; margin: .5rem .5rem 0 0; }
</style>
<h1>${title}</h1>
<form method="post">${form}</form>
</html>
`;

const LOGIN = page(
  "Sign in to the local provider",
  `<p>It runs on this machine and asks for no password.</p>
<label>E-mail <input type="email" name="email" autocomplete="off" autofocus></label>
<label>Account, if it is not the address <input type="text" name="account" autocomplete="off"></label>
<label><input type="checkbox" name="verified" checked> The address is verified</label>
<button>Sign in</button>
<button name="refuse" value="yes">Cancel</button>`,
);

const CONSENT = page(
  "May the demo know your address?",
  `<button autofocus>Allow</button>
<button name="refuse" value="yes">Refuse</button>`,
);
