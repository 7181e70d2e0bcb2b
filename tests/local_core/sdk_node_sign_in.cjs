// What sdk_node.cjs can do about signing in without a password: see sdk_python_sign_in.py.

const supertokens = require("supertokens-node");
const Tenants = require("supertokens-node/recipe/multitenancy");
const Factors = require("supertokens-node/recipe/multifactorauth");
const Codes = require("supertokens-node/recipe/passwordless");
const ThirdParties = require("supertokens-node/recipe/thirdparty");
const Totps = require("supertokens-node/recipe/totp");
const Passkeys = require("supertokens-node/recipe/webauthn");

const id = (userId) => supertokens.convertToRecipeUserId(userId);
const absent = (value) => value ?? undefined;
const login = (response) => ({ status: response.status, user: response.user?.toJson() ?? null });
const contact = (email, phoneNumber) => (email ? { email } : { phoneNumber });
const PARTY = {
  relyingPartyId: "localhost",
  relyingPartyName: "Shop",
  origin: "http://localhost:3000",
};
const options = (response) => [response.webauthnGeneratedOptionsId, response.challenge];

const given = ({ preAuthSessionId, deviceId }, userInputCode) => ({
  preAuthSessionId,
  deviceId,
  userInputCode,
});

// Not for all tests: second factors change what is in a session, and when it is looked up.
const RECIPES = () => [
  Codes.init({ contactMethod: "EMAIL_OR_PHONE", flowType: "USER_INPUT_CODE_AND_MAGIC_LINK" }),
  ThirdParties.init(),
  // TOTP does nothing without it.
  Factors.init(),
  Totps.init(),
  Passkeys.init(),
];

const OPERATIONS = {
  users_by: async (tenant, email, phoneNumber) =>
    (
      await supertokens.listUsersByAccountInfo(tenant, {
        email: absent(email),
        phoneNumber: absent(phoneNumber),
      })
    ).map((user) => user.id),

  create_code: async (tenantId, email, phoneNumber) => {
    const made = await Codes.createCode({ tenantId, ...contact(email, phoneNumber) });
    const { preAuthSessionId, deviceId, userInputCode, linkCode } = made;
    return { preAuthSessionId, deviceId, code: userInputCode, linkCode };
  },
  new_code: async (tenantId, deviceId) => {
    const response = await Codes.createNewCodeForDevice({ tenantId, deviceId });
    return [response.status, response.userInputCode ?? null];
  },
  check_code: async (tenantId, attempt, code) =>
    (await Codes.checkCode({ tenantId, ...given(attempt, code) })).status,
  consume_code: async (tenantId, attempt, code) => {
    const response = await Codes.consumeCode({ tenantId, ...given(attempt, code) });
    return { ...login(response), failed: response.failedCodeInputAttemptCount ?? null };
  },
  consume_link: async (tenantId, { preAuthSessionId, linkCode }) =>
    login(await Codes.consumeCode({ tenantId, preAuthSessionId, linkCode })),
  count_attempts: async (tenantId, email) =>
    (await Codes.listCodesByEmail({ tenantId, email })).length,
  revoke_codes: async (tenantId, email) => void (await Codes.revokeAllCodes({ tenantId, email })),
  update_contact: async (userId, email, phoneNumber) =>
    (
      await Codes.updateUser({
        recipeUserId: id(userId),
        email: absent(email),
        phoneNumber: absent(phoneNumber),
      })
    ).status,

  third_party_user: async (tenant, user, email, verified) => {
    const response = await ThirdParties.manuallyCreateOrUpdateUser(
      tenant,
      "google",
      user,
      email,
      verified,
    );
    return { ...login(response), created: response.createdNewRecipeUser ?? false };
  },
  put_provider: async (tenant, clientId) => {
    const config = { thirdPartyId: "google", clients: [{ clientId }] };
    return (await Tenants.createOrUpdateThirdPartyConfig(tenant, config)).createdNew;
  },
  delete_provider: async (tenant) =>
    (await Tenants.deleteThirdPartyConfig(tenant, "google")).didConfigExist,
  client_ids: async (tenant) =>
    (await Tenants.getTenant(tenant)).thirdParty.providers.flatMap(({ clients }) =>
      clients.map(({ clientId }) => clientId),
    ),

  create_totp_device: async (userId, name) => {
    const { deviceName, secret } = await Totps.createDevice(userId, "a@example.com", absent(name));
    return { name: deviceName, secret };
  },
  verify_totp_device: async (tenant, userId, name, code) =>
    (await Totps.verifyDevice(tenant, userId, name, code)).status,
  verify_totp: async (tenant, userId, code) =>
    (await Totps.verifyTOTP(tenant, userId, code)).status,
  rename_totp_device: async (userId, before, after) =>
    (await Totps.updateDevice(userId, before, after)).status,
  totp_devices: async (userId) =>
    (await Totps.listDevices(userId)).devices.map(({ name, verified }) => [name, verified]),
  remove_totp_device: async (userId, name) =>
    (await Totps.removeDevice(userId, name)).didDeviceExist,

  passkey_register_options: async (tenantId, email) =>
    options(await Passkeys.registerOptions({ tenantId, email, ...PARTY })),
  passkey_sign_in_options: async (tenantId) =>
    options(await Passkeys.signInOptions({ tenantId, ...PARTY })),
  passkey_sign_up: async (tenantId, webauthnGeneratedOptionsId, credential) =>
    login(await Passkeys.signUp({ tenantId, webauthnGeneratedOptionsId, credential })),
  passkey_sign_in: async (tenantId, webauthnGeneratedOptionsId, credential) =>
    login(await Passkeys.signIn({ tenantId, webauthnGeneratedOptionsId, credential })),
  passkeys: async (recipeUserId) =>
    (await Passkeys.listCredentials({ recipeUserId })).credentials.map(
      ({ webauthnCredentialId }) => webauthnCredentialId,
    ),
  remove_passkey: async (recipeUserId, webauthnCredentialId) =>
    (await Passkeys.removeCredential({ recipeUserId, webauthnCredentialId })).status,
  recovery_token: async (tenantId, userId, email) =>
    (await Passkeys.generateRecoverAccountToken({ tenantId, userId, email })).token ?? null,
  user_of_recovery_token: async (tenantId, token) =>
    login(await Passkeys.getUserFromRecoverAccountToken({ tenantId, token })),
  use_recovery_token: async (tenantId, token) =>
    (await Passkeys.consumeRecoverAccountToken({ tenantId, token })).status,
};

module.exports = { RECIPES, OPERATIONS };
