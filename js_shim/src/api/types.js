// The public types, under supertokens-website's names. Programs that were written for its types compile with
// these types, too (tests/types). Functions of the page are declared as methods, because TypeScript compares
// the parameters of methods in both directions, and the page's functions may use supertokens-website's types.

/**
 * @typedef {{isValid: true} | {isValid: false, reason?: any}} ClaimValidationResult
 * @typedef {{id: string, reason?: any}} ClaimValidationError
 *
 * @typedef {object} SessionClaimValidator
 * @property {string} id
 * @property {(userContext: any) => Promise<void>} refresh makes the backend update the token
 * @property {(payload: any, userContext: any) => Promise<boolean> | boolean} shouldRefresh
 * @property {(payload: any, userContext: any) => Promise<ClaimValidationResult> | ClaimValidationResult} validate
 *
 * @typedef {object} ClaimConfig
 * @property {string} id
 * @property {(userContext?: any) => Promise<void>} refresh
 * @property {number} [defaultMaxAgeInSeconds]
 */

/**
 * @template T
 * @typedef {object} SessionClaim
 * @property {(userContext: any) => Promise<void>} refresh
 * @property {(payload: any, userContext?: any) => T | undefined} getValueFromPayload
 * @property {(payload: any, userContext?: any) => number | undefined} getLastFetchedTime
 */

// What `onHandleEvent` receives. `otherTab` is true if another tab caused the event.
/**
 * @typedef {{action: "SIGN_OUT" | "REFRESH_SESSION" | "SESSION_CREATED" | "ACCESS_TOKEN_PAYLOAD_UPDATED",
 *   userContext: any, otherTab?: boolean}} SessionChangedEvent
 * @typedef {{action: "USER_CHANGED", userContext: any, otherTab?: boolean}} UserChangedEvent new here
 * @typedef {{action: "API_INVALID_CLAIM", claimValidationErrors: ClaimValidationError[],
 *   userContext: any}} InvalidClaimEvent
 * @typedef {{action: "UNAUTHORISED", sessionExpiredOrRevoked: boolean, userContext: any,
 *   otherTab?: boolean}} UnauthorisedEvent
 * @typedef {SessionChangedEvent | UserChangedEvent | InvalidClaimEvent | UnauthorisedEvent} SessionEvent
 * @typedef {SessionEvent} Event as supertokens-website names it
 * @typedef {(event: SessionEvent) => void} EventHandler
 */

/**
 * A call of the SDK to the backend, as hooks receive it.
 *
 * @typedef {object} BackendCall
 * @property {"SIGN_OUT" | "REFRESH_SESSION"} action
 * @property {string} url
 * @property {RequestInit} requestInit
 * @property {any} userContext
 *
 * @typedef {BackendCall} PreAPIHookContext
 * @typedef {BackendCall & {fetchResponse: Response}} RecipePostAPIHookContext
 * @typedef {Partial<Pick<BackendCall, "url" | "requestInit">>} ChangedCall
 */

/**
 * The argument and the result of a `cookieHandler`.
 *
 * @typedef {object} CookieHandlerInterface
 * @property {(cookieString: string) => Promise<void>} setCookie
 * @property {() => Promise<string>} getCookie
 * @typedef {(original: CookieHandlerInterface) => CookieHandlerInterface} CookieHandlerInput
 */

/**
 * @typedef {object} StorageHandler
 * @property {(index: number) => Promise<string | null>} key
 * @property {(key: string) => Promise<string | null>} getItem
 * @property {() => Promise<void>} clear
 * @property {(key: string) => Promise<void>} removeItem
 * @property {(key: string, value: string) => Promise<void>} setItem
 * @property {(index: number) => string | null} keySync
 * @property {(key: string) => string | null} getItemSync
 * @property {() => void} clearSync
 * @property {(key: string) => void} removeItemSync
 * @property {(key: string, value: string) => void} setItemSync
 *
 * @typedef {object} HistoryHandler
 * @property {(data: any, unused: string, url?: string | null) => void} replaceState
 * @property {() => any} getState
 *
 * @typedef {object} LocationHandler
 * @property {() => string} getHref
 * @property {(href: string) => void} setHref
 * @property {() => string} getSearch
 * @property {() => string} getHash
 * @property {() => string} getPathName
 * @property {(url: string | URL) => void} assign
 * @property {() => string} getOrigin
 * @property {() => string} getHostName
 * @property {() => string} getHost
 */

/**
 * The argument and the result of a `windowHandler`.
 *
 * @typedef {object} WindowHandlerInterface
 * @property {HistoryHandler} history
 * @property {LocationHandler} location
 * @property {() => Document} getDocument
 * @property {StorageHandler} localStorage
 * @property {StorageHandler} sessionStorage
 * @property {() => typeof window} getWindowUnsafe
 * @typedef {(original: WindowHandlerInterface) => WindowHandlerInterface} WindowHandlerInput
 */

/**
 * @typedef {object} Lock
 * @property {(name: string, timeout?: number) => Promise<boolean>} acquireLock
 * @property {(name: string) => Promise<void>} releaseLock
 * @typedef {() => Promise<Lock>} LockFactory
 */

/**
 * @typedef {object} DateProviderInterface
 * @property {() => number} getThresholdInSeconds
 * @property {(seconds: number) => void} setThresholdInSeconds
 * @property {() => number} now
 * @property {(milliseconds: number) => void} setClientClockSkewInMillis
 * @property {() => number} getClientClockSkewInMillis
 * @typedef {() => DateProviderInterface} DateProviderInput
 */

/**
 * The functions that an override can replace.
 *
 * @typedef {object} RecipeInterface
 * @property {(input: {originalFetch: any, userContext: any}) => typeof fetch} addFetchInterceptorsAndReturnModifiedFetch
 * @property {(input: {userContext: any}) => void} addXMLHttpRequestInterceptor
 * @property {(input: {axiosInstance: any, userContext: any}) => void} addAxiosInterceptors
 * @property {(input: {userContext: any}) => Promise<string>} getUserId
 * @property {(input: {userContext: any}) => Promise<any>} getAccessTokenPayloadSecurely
 * @property {(input: {userContext: any}) => Promise<boolean>} doesSessionExist
 * @property {(input: {userContext: any, localOnError?: boolean}) => Promise<boolean | void>} signOut
 * @property {(input: {response: {data: any} | Response, userContext: any}) => Promise<ClaimValidationError[]>} getInvalidClaimsFromResponse
 * @property {(input: {claimValidators: SessionClaimValidator[], userContext: any}) => Promise<ClaimValidationError[]>} validateClaims
 * @property {(input: {claimValidatorsAddedByOtherRecipes: SessionClaimValidator[], userContext: any}) => SessionClaimValidator[]} getGlobalClaimValidators
 * @property {(toCheckUrl: string, apiDomain: string, sessionTokenBackendDomain: string | undefined) => boolean} shouldDoInterceptionBasedOnUrl
 * @property {(input: {accessTokenPayload: any, responseHeaders: Headers}) => number} calculateClockSkewInMillis
 */

/**
 * Stacks overrides, as supertokens-js-override does.
 *
 * @typedef {{
 *   override(functions: (original: RecipeInterface, builder: OverrideBuilder) => RecipeInterface): OverrideBuilder,
 *   build(): RecipeInterface,
 * }} OverrideBuilder
 */

/**
 * @typedef {{functions?(original: RecipeInterface, builder: OverrideBuilder): RecipeInterface}} OverrideInput
 */

/**
 * The options that are functions of the page.
 *
 * @typedef {{
 *   onHandleEvent?(event: SessionEvent): unknown,
 *   preAPIHook?(context: BackendCall): ChangedCall | void | Promise<ChangedCall | void>,
 *   postAPIHook?(context: RecipePostAPIHookContext): unknown,
 *   cookieHandler?(original: CookieHandlerInterface): CookieHandlerInterface,
 *   windowHandler?(original: WindowHandlerInterface): WindowHandlerInterface,
 *   lockFactory?(): Lock | Promise<Lock>,
 *   dateProvider?(): DateProviderInterface,
 *   override?: OverrideInput,
 * }} FunctionOptions
 */

/**
 * The options that are data.
 *
 * @typedef {object} DataOptions
 * @property {string} apiDomain the backend, e.g. "https://api.example.com"
 * @property {string} [apiBasePath] by default "/auth"
 * @property {string} [sessionTokenFrontendDomain] shares the session across subdomains: ".example.com"
 * @property {string} [sessionTokenBackendDomain] intercepts requests to all of these hosts: ".example.com"
 * @property {number} [sessionExpiredStatusCode]
 * @property {number} [invalidClaimStatusCode]
 * @property {boolean} [autoAddCredentials] by default true
 * @property {boolean} [isInIframe]
 * @property {number} [maxRetryAttemptsForSessionRefresh]
 * @property {"cookie" | "header"} [tokenTransferMethod] by default "cookie"
 * @property {"cookies" | "indexedDB"} [tokenStore] by default "cookies"; the other is for sessions in headers
 * @property {number} [refreshTimeout] seconds, by default 10
 * @property {boolean} [enableDebugLogs]
 */

/** @typedef {import("../boot/settings.js").BootSettings} BootSettings */

/**
 * The options of init().
 *
 * @typedef {DataOptions & FunctionOptions} InputType
 */

export {};
