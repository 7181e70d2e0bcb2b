// Code that was typed for supertokens-website compiles with our types. `make check` compiles this file, with
// the declarations that the package has; nothing runs it.

import oursByDefault, * as ours from "supertokens-pyodide";
import type { FastBoot } from "supertokens-pyodide/fastboot";
import type * as Website from "supertokens-website";
import type * as WebsiteCookies from "supertokens-website/utils/cookieHandler";
import type { CookieHandlerInput as WebsiteCookieHandlerInput } from "supertokens-website/utils/cookieHandler/types";
import type * as WebsiteDates from "supertokens-website/utils/dateProvider";
import type { DateProviderInput as WebsiteDateProviderInput } from "supertokens-website/utils/dateProvider/types";
import type * as WebsiteErrors from "supertokens-website/utils/error";
import type * as WebsiteGlobalValidators from "supertokens-website/utils/globalClaimValidators";
import type * as WebsiteLocks from "supertokens-website/utils/lockFactory";
import type * as WebsiteStore from "supertokens-website/utils/sessionClaimValidatorStore";
import type * as WebsiteWindows from "supertokens-website/utils/windowHandler";
import type { WindowHandlerInput as WebsiteWindowHandlerInput } from "supertokens-website/utils/windowHandler/types";
import "supertokens-pyodide/iife";
import "supertokens-pyodide/worker";
import * as cookies from "supertokens-pyodide/utils/cookieHandler";
import type { CookieHandlerInput } from "supertokens-pyodide/utils/cookieHandler/types";
import * as dates from "supertokens-pyodide/utils/dateProvider";
import type { DateProviderInput } from "supertokens-pyodide/utils/dateProvider/types";
import * as errors from "supertokens-pyodide/utils/error";
import * as globalValidators from "supertokens-pyodide/utils/globalClaimValidators";
import * as locks from "supertokens-pyodide/utils/lockFactory";
import type { LockFactory } from "supertokens-pyodide/utils/lockFactory/types";
import * as store from "supertokens-pyodide/utils/sessionClaimValidatorStore";
import * as windows from "supertokens-pyodide/utils/windowHandler";
import type { WindowHandlerInput } from "supertokens-pyodide/utils/windowHandler/types";

/** Compiles if both are the same type. */
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <_T extends true>() => {};

// ---- the whole module ----------------------------------------------------------------------------

ours satisfies typeof Website;
oursByDefault satisfies (typeof Website)["default"];

// Their default exports are classes at run time and modules for TypeScript; the named ones count.
cookies satisfies Pick<typeof WebsiteCookies, "CookieHandlerReference">;
dates satisfies Pick<typeof WebsiteDates, "DateProviderReference">;
locks satisfies Pick<typeof WebsiteLocks, "LockFactoryReference">;
windows satisfies Pick<typeof WebsiteWindows, "WindowHandlerReference">;
errors satisfies typeof WebsiteErrors;
globalValidators satisfies Pick<typeof WebsiteGlobalValidators, "getGlobalClaimValidators">;
store.SessionClaimValidatorStore satisfies Pick<
  typeof WebsiteStore.SessionClaimValidatorStore,
  "addClaimValidatorFromOtherRecipe" | "getClaimValidatorsAddedByOtherRecipes"
>;

// ---- types in both directions --------------------------------------------------------------------

declare const theirInput: Website.InputType;
declare const theirFunctions: Website.RecipeInterface;
declare const theirClaim: Website.SessionClaim<string[]>;
declare const theirValidator: Website.SessionClaimValidator;
declare const theirResult: Website.ClaimValidationResult;
declare const theirError: Website.ClaimValidationError;

ours.init(theirInput);
theirInput satisfies ours.InputType;
theirFunctions satisfies ours.RecipeInterface;
theirClaim satisfies ours.SessionClaim<string[]>;
theirValidator satisfies ours.SessionClaimValidator;
theirResult satisfies ours.ClaimValidationResult;
theirError satisfies ours.ClaimValidationError;

declare const ourClaim: ours.SessionClaim<string[]>;
declare const ourValidator: ours.SessionClaimValidator;
ourClaim satisfies Website.SessionClaim<string[]>;
ourValidator satisfies Website.SessionClaimValidator;
new ours.BooleanClaim({ id: "x", refresh: async () => {} }) satisfies Website.BooleanClaim;
new ours.PrimitiveClaim<number>({
  id: "x",
  refresh: async () => {},
}) satisfies Website.PrimitiveClaim<number>;
new ours.PrimitiveArrayClaim<string>({
  id: "x",
  refresh: async () => {},
}) satisfies Website.PrimitiveArrayClaim<string>;

holds<Same<CookieHandlerInput, WebsiteCookieHandlerInput>>();
holds<Same<DateProviderInput, WebsiteDateProviderInput>>();
null as unknown as WindowHandlerInput satisfies WebsiteWindowHandlerInput;
null as unknown as WebsiteWindowHandlerInput satisfies WindowHandlerInput;
null as unknown as LockFactory satisfies NonNullable<Website.InputType["lockFactory"]>;

// ---- what a program writes -----------------------------------------------------------------------

const handleEvent: ours.EventHandler = (event) => {
  if (event.action === "UNAUTHORISED") event.sessionExpiredOrRevoked satisfies boolean;
  if (event.action === "API_INVALID_CLAIM") event.claimValidationErrors[0]?.id satisfies unknown;
  if (event.action === "USER_CHANGED") event.otherTab satisfies boolean | undefined;
  // @ts-expect-error: no event has this name
  if (event.action === "SIGNED_OUT") return;
};

holds<Same<ours.BackendCall["action"], "SIGN_OUT" | "REFRESH_SESSION">>();
holds<Same<ours.Event, ours.SessionEvent>>();

ours.init({
  apiDomain: "https://api.example.com",
  onHandleEvent: handleEvent,
  preAPIHook: async ({ action, url, requestInit }) => {
    action satisfies "SIGN_OUT" | "REFRESH_SESSION";
    // @ts-expect-error: there is no call of this name
    if (action === "SIGN_IN") return { url, requestInit };
    return { url, requestInit };
  },
  postAPIHook: async ({ fetchResponse }) => void fetchResponse.status,
  cookieHandler: (original) => ({ ...original, getCookie: async () => "" }),
  override: {
    functions: (original, builder) => {
      builder.override((below) => below);
      return {
        ...original,
        signOut: async (input) => {
          await original.signOut(input);
        },
      };
    },
  },
});
// @ts-expect-error: the option is apiDomain
ours.init({ apiDomian: "https://api.example.com" });
// @ts-expect-error: apiDomain is missing
ours.init({ tokenTransferMethod: "header" });

holds<Same<Awaited<ReturnType<typeof signedOut>>, boolean>>();
const signedOut = () => ours.signOut({ localOnError: true });
ours.getUserId() satisfies Promise<string>;
ours.getClaimValue({ claim: ourClaim }) satisfies Promise<string[] | undefined>;

globalThis.supertokens satisfies typeof ours;
globalThis.supertokensPyodide = { indexURL: "/pyodide/", interpreter: "own" };
// @ts-expect-error: the setting is indexURL
globalThis.supertokensPyodide = { indexUrl: "/pyodide/" };

const error: unknown = new errors.STGeneralError("no");
if (ours.STGeneralError.isThisError(error)) error.message satisfies string;
(null as unknown as FastBoot).keep();
