// An OpenID Connect provider for the demo and its tests: anybody may sign in, with any name that they
// are. It prints one line, with its address.
//
//   node demo/openid_provider/provider.mjs --redirect-origin http://localhost:8000

import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import Provider from "oidc-provider";
import { Interactions } from "./interactions.mjs";

const { values: given } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    "client-id": { type: "string", default: "demo" },
    "client-secret": { type: "string", default: "demo-secret" },
    // Where browsers may be sent back to, on any path.
    "redirect-origin": { type: "string", multiple: true, default: ["http://localhost:8000"] },
  },
});
const origins = given["redirect-origin"];

/** A key of RSA, and no other: SuperTokens' backend SDKs read no others. */
function signingKey() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), alg: "RS256", use: "sig" };
}

/**
 * @param {string} issuer
 * @param {import("./interactions.mjs").Accounts} accounts
 */
function makeProvider(issuer, accounts) {
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: given["client-id"],
        client_secret: given["client-secret"],
        client_name: "The demo",
        redirect_uris: origins.map((origin) => `${origin}/auth/callback/local`),
        token_endpoint_auth_method: "client_secret_post",
        id_token_signed_response_alg: "RS256",
      },
    ],
    jwks: { keys: [signingKey()] },
    cookies: { keys: [randomUUID()] },
    claims: { openid: ["sub"], email: ["email", "email_verified"] },
    // The address is in the ID token, too.
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      Grant: 3600,
      IdToken: 600,
      Interaction: 3600,
      Session: 3600,
    },
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: async () => ({ sub, ...accounts.get(sub) }),
    }),
  });
  // Each page of the demo may be one to come back to.
  provider.Client.prototype.redirectUriAllowed = (/** @type {string} */ uri) =>
    URL.canParse(uri) && origins.includes(new URL(uri).origin);
  return provider;
}

const server = createServer();
server.listen(Number(given.port), "127.0.0.1", () => {
  const address = server.address();
  const issuer = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  const accounts = new Map();
  const provider = makeProvider(issuer, accounts);
  const interactions = new Interactions(provider, accounts);
  const protocol = provider.callback();
  server.on("request", (request, response) => {
    if (request.url?.startsWith("/interaction/")) interactions.answer(request, response);
    else protocol(request, response);
  });
  console.log(`OpenID provider: ${issuer}`);
});
