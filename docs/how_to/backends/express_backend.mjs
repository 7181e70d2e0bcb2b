// An API with SuperTokens for pages on another origin, with Express.

import cors from "cors";
import express from "express";
import supertokens from "supertokens-node";
import { errorHandler, middleware } from "supertokens-node/framework/express/index.js";
import EmailPassword from "supertokens-node/recipe/emailpassword/index.js";
import { verifySession } from "supertokens-node/recipe/session/framework/express/index.js";
import Session from "supertokens-node/recipe/session/index.js";

// Where this API is, where the pages are, and where the core is.
const apiDomain = process.env.API_DOMAIN ?? "http://localhost:8000";
const websiteDomain = process.env.WEBSITE_DOMAIN ?? "http://localhost:3000";
const connectionURI = process.env.SUPERTOKENS_CONNECTION_URI ?? "http://localhost:3567";

supertokens.init({
  framework: "express",
  supertokens: { connectionURI },
  appInfo: { appName: "Orders", apiDomain, websiteDomain },
  recipeList: [EmailPassword.init(), Session.init()],
});

const app = express();
// Before the SDK, so that each response gets the headers, refusals included.
app.use(
  cors({
    origin: websiteDomain,
    credentials: true,
    allowedHeaders: ["Content-Type", "User-Agent", ...supertokens.getAllCORSHeaders()],
  }),
);
app.use(middleware());

app.get("/orders", verifySession(), (request, response) => {
  const { session } = request;
  response.json({ user: session.getUserId(), tenant: session.getTenantId() });
});

// After all routes, for errors of getSession() and other functions that your own code calls.
app.use(errorHandler());

app.listen(Number(new URL(apiDomain).port || 8000));
