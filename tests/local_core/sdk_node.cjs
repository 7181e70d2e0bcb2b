// supertokens-node in a process of its own, with commands on stdin: see sdk_python.py.

const http = require("node:http");
const readline = require("node:readline");
const supertokens = require("supertokens-node");
const custom = require("supertokens-node/framework/custom");
const Linking = require("supertokens-node/recipe/accountlinking");
const Passwords = require("supertokens-node/recipe/emailpassword");
const Verification = require("supertokens-node/recipe/emailverification");
const Jwts = require("supertokens-node/recipe/jwt");
const Tenants = require("supertokens-node/recipe/multitenancy");
const Session = require("supertokens-node/recipe/session");
const Metadata = require("supertokens-node/recipe/usermetadata");
const Roles = require("supertokens-node/recipe/userroles");

const signIn = require("./sdk_node_sign_in.cjs");

const id = (userId) => supertokens.convertToRecipeUserId(userId);
const absent = (value) => value ?? undefined;

function tokens(session) {
  const given = session.getAllSessionTokensDangerously();
  return {
    handle: session.getHandle(),
    userId: session.getUserId(),
    recipeUserId: session.getRecipeUserId().getAsString(),
    tenantId: session.getTenantId(),
    payload: session.getAccessTokenPayload(),
    accessToken: given.accessToken,
    refreshToken: given.refreshToken ?? null,
    antiCsrfToken: given.antiCsrfToken ?? null,
    isNew: given.accessAndFrontTokenUpdated,
  };
}

const login = (response) => ({ status: response.status, user: response.user?.toJson() ?? null });

const OPERATIONS = {
  sign_up: async (tenant, email, password) =>
    login(await Passwords.signUp(tenant, email, password)),
  sign_in: async (tenant, email, password) =>
    login(await Passwords.signIn(tenant, email, password)),
  get_user: async (userId) => (await supertokens.getUser(userId))?.toJson() ?? null,
  users_by_email: async (tenant, email) =>
    (await supertokens.listUsersByAccountInfo(tenant, { email })).map((user) => user.toJson()),
  list_users: async (tenantId, limit, page) => {
    const input = { tenantId, limit, paginationToken: absent(page) };
    const found = await supertokens.getUsersNewestFirst(input);
    return [found.users.map((user) => user.id), found.nextPaginationToken ?? null];
  },
  count_users: () => supertokens.getUserCount(),
  delete_user: async (userId) => void (await supertokens.deleteUser(userId)),
  update_user: async (userId, email, password) =>
    (
      await Passwords.updateEmailOrPassword({
        recipeUserId: id(userId),
        email: absent(email),
        password: absent(password),
      })
    ).status,
  create_reset_token: async (tenant, userId, email) =>
    (await Passwords.createResetPasswordToken(tenant, userId, email)).token ?? null,
  reset_password: async (tenant, token, password) =>
    (await Passwords.resetPasswordUsingToken(tenant, token, password)).status,

  create_session: async (tenant, userId, payload, data) =>
    tokens(await Session.createNewSessionWithoutRequestResponse(tenant, id(userId), payload, data)),
  get_session: async (accessToken, antiCsrf, checkDatabase) =>
    tokens(
      await Session.getSessionWithoutRequestResponse(accessToken, absent(antiCsrf), {
        checkDatabase,
      }),
    ),
  refresh_session: async (refreshToken, antiCsrf) =>
    tokens(
      await Session.refreshSessionWithoutRequestResponse(refreshToken, false, absent(antiCsrf)),
    ),
  session_information: async (handle) => {
    const found = await Session.getSessionInformation(handle);
    return found
      ? {
          userId: found.userId,
          tenantId: found.tenantId,
          payload: found.customClaimsInAccessTokenPayload,
          data: found.sessionDataInDatabase,
        }
      : null;
  },
  merge_into_payload: (handle, update) => Session.mergeIntoAccessTokenPayload(handle, update),
  merge_into_session: async (accessToken, antiCsrf, update) => {
    const session = await Session.getSessionWithoutRequestResponse(accessToken, absent(antiCsrf));
    await session.mergeIntoAccessTokenPayload(update);
    return tokens(session);
  },
  update_session_data: (handle, data) => Session.updateSessionDataInDatabase(handle, data),
  session_handles: (userId, tenant) =>
    Session.getAllSessionHandlesForUser(userId, true, absent(tenant)),
  revoke_session: (handle) => Session.revokeSession(handle),
  revoke_all_sessions: (userId, tenant) =>
    Session.revokeAllSessionsForUser(userId, true, absent(tenant)),

  put_tenant: async (tenant, firstFactors, coreConfig) =>
    (await Tenants.createOrUpdateTenant(tenant, { firstFactors, coreConfig })).createdNew,
  get_tenant: async (tenant) => {
    const found = await Tenants.getTenant(tenant);
    return found ? [found.tenantId, found.firstFactors ?? null, found.coreConfig] : null;
  },
  list_tenants: async () =>
    (await Tenants.listAllTenants()).tenants.map((tenant) => tenant.tenantId),
  delete_tenant: async (tenant) => (await Tenants.deleteTenant(tenant)).didExist,
  associate_user: async (tenant, userId) =>
    (await Tenants.associateUserToTenant(tenant, id(userId))).status,
  disassociate_user: async (tenant, userId) =>
    (await Tenants.disassociateUserFromTenant(tenant, id(userId))).wasAssociated,

  create_role: async (role, permissions) =>
    (await Roles.createNewRoleOrAddPermissions(role, permissions)).createdNewRole,
  add_role: async (tenant, userId, role) =>
    (await Roles.addRoleToUser(tenant, userId, role)).status,
  remove_role: async (tenant, userId, role) =>
    (await Roles.removeUserRole(tenant, userId, role)).status,
  delete_role: async (role) => (await Roles.deleteRole(role)).didRoleExist,
  remove_permissions: async (role, permissions) =>
    (await Roles.removePermissionsFromRole(role, permissions)).status,
  roles_of_user: async (tenant, userId) => (await Roles.getRolesForUser(tenant, userId)).roles,
  users_with_role: async (tenant, role) =>
    (await Roles.getUsersThatHaveRole(tenant, role)).users ?? null,
  permissions_of_role: async (role) =>
    (await Roles.getPermissionsForRole(role)).permissions ?? null,
  roles_with_permission: async (permission) =>
    (await Roles.getRolesThatHavePermission(permission)).roles,
  all_roles: async () => (await Roles.getAllRoles()).roles,

  get_metadata: async (userId) => (await Metadata.getUserMetadata(userId)).metadata,
  update_metadata: async (userId, update) =>
    (await Metadata.updateUserMetadata(userId, update)).metadata,
  clear_metadata: async (userId) => void (await Metadata.clearUserMetadata(userId)),

  create_verification_token: async (tenant, userId) =>
    (await Verification.createEmailVerificationToken(tenant, id(userId))).token ?? null,
  verify_email: async (tenant, token) =>
    (await Verification.verifyEmailUsingToken(tenant, token)).status,
  is_email_verified: (userId) => Verification.isEmailVerified(id(userId)),
  unverify_email: async (userId) => void (await Verification.unverifyEmail(id(userId))),
  revoke_verification_tokens: async (tenant, userId) =>
    void (await Verification.revokeEmailVerificationTokens(tenant, id(userId))),

  make_primary: async (userId) => (await Linking.createPrimaryUser(id(userId))).status,
  may_be_primary: async (userId) => (await Linking.canCreatePrimaryUser(id(userId))).status,
  link_accounts: async (userId, primaryId) =>
    (await Linking.linkAccounts(id(userId), primaryId)).status,
  may_link_accounts: async (userId, primaryId) =>
    (await Linking.canLinkAccounts(id(userId), primaryId)).status,
  unlink_account: async (userId) => (await Linking.unlinkAccount(id(userId))).wasLinked,

  create_jwt: async (payload, validity, isStatic) =>
    (await Jwts.createJWT(payload, validity, isStatic)).jwt,
  key_ids: async () => (await Jwts.getJWKS()).keys.map((key) => key.kid),
  has_user_id_mapping: async (userId) =>
    (await supertokens.getUserIdMapping({ userId })).status === "OK",

  serve,
  ...signIn.OPERATIONS,
};

// Runs a backend with the SDK's own APIs, and returns its port.
function serve() {
  const server = http.createServer(async (incoming, outgoing) => {
    const chunks = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const request = new custom.PreParsedRequest({
      url: `http://localhost${incoming.url}`,
      method: incoming.method.toLowerCase(),
      headers: new Headers(Object.entries(incoming.headers)),
      cookies: {},
      query: {},
      getJSONBody: async () => JSON.parse(Buffer.concat(chunks).toString() || "{}"),
      getFormBody: async () => ({}),
    });
    const response = new custom.CollectingResponse();
    try {
      const { handled, error } = await custom.middleware()(request, response);
      if (error) throw error;
      if (!handled) {
        const session = await Session.getSession(request, response);
        response.sendJSONResponse(session.getUserId());
      }
    } catch (error) {
      await custom.errorHandler()(error, request, response, (unknown) => {
        throw unknown;
      });
    }
    outgoing.writeHead(response.statusCode, Object.fromEntries(response.headers));
    outgoing.end(response.body);
  });
  return new Promise((done) => {
    server.listen(0, "127.0.0.1", () => done(server.address().port));
  });
}

async function answer(line) {
  const [operation, ...given] = JSON.parse(line);
  try {
    return { result: (await OPERATIONS[operation](...given)) ?? null };
  } catch (error) {
    return { error: error.type ?? String(error.message ?? error) };
  }
}

async function main(core) {
  supertokens.init({
    framework: "custom",
    telemetry: false,
    supertokens: { connectionURI: core },
    appInfo: { appName: "test", apiDomain: "http://localhost", websiteDomain: "http://localhost" },
    recipeList: [
      Session.init({ antiCsrf: "VIA_TOKEN" }),
      Passwords.init(),
      Verification.init({ mode: "OPTIONAL" }),
      Tenants.init(),
      Metadata.init(),
      Roles.init(),
      Jwts.init(),
      ...(process.argv.includes("--sign-in") ? signIn.RECIPES() : []),
    ],
  });
  for await (const line of readline.createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await answer(line)));
  }
  process.exit(0);
}

main(process.argv[2]);
