// The counterpart of supertokens-website's utils/: it gives other code of the page the session's handlers,
// and takes handlers before init().

import { cookiesNow } from "../host/cookies.js";
import { original } from "../host/window_handler.js";
import { shim } from "../registry.js";

/** @import {CookieHandlerInput, CookieHandlerInterface, DateProviderInput, DateProviderInterface, LockFactory, WindowHandlerInput, WindowHandlerInterface} from "./types.js" */

// The default of npm browser-tabs-lock, in milliseconds.
const LOCK_TIMEOUT = 5000;

/**
 * Register a handler for the session that init() starts; the first one is kept.
 *
 * @param {string} name the option of init()
 * @param {() => any} make
 * @param {((reference: any) => any) | undefined} option the value for init(), if the page has a handler of its own
 */
function register(name, make, option) {
  if (shim.lifetime || shim.given.registered[name]) return;
  const reference = make();
  shim.given.registered[name] = { reference, option: option?.(reference) };
}

/**
 * @param {string} name the option of init()
 * @param {() => any} make
 * @param {string} className
 */
function reference(name, make, className) {
  const { lifetime } = shim;
  const { registered } = shim.given;
  if (registered[name]) return registered[name].reference;
  if (lifetime) return make();
  throw new Error(
    `${className}.getReferenceOrThrow() was called before init(). Call supertokens.init({ apiDomain: ... }) first.`,
  );
}

// ---- cookies -------------------------------------------------------------------------------------

/** The jar of the session, as soon as there is one. */
const sessionJar = () => (shim.driver?.core.isPending ? undefined : shim.driver?.host.jar);

/** The browser's own cookies: the argument of a page's cookieHandler. @type {CookieHandlerInterface} */
const browserCookies = {
  getCookie: async () => cookiesNow(shim.window.store),
  setCookie: async (write) => {
    const { BrowserJar } = await shim.withPart();
    const jar = sessionJar();
    const own = jar?.original ?? jar;
    if (own instanceof BrowserJar) return own.write([write]);
    const alone = new BrowserJar(shim.window.store);
    alone.write([write]);
    alone.close();
  },
};

/** The session's cookies, in whichever store they are. @type {CookieHandlerInterface} */
const sessionCookies = {
  getCookie: async () => {
    const jar = await readyJar();
    if (!jar) return browserCookies.getCookie();
    await jar.sync();
    return jar.read();
  },
  setCookie: async (write) => {
    const jar = await readyJar();
    if (!jar) return browserCookies.setCookie(write);
    jar.write([write]);
    await jar.flushed();
  },
};

/** Wait for the session if its cookies are not the browser's. */
async function readyJar() {
  const { cookieHandler, tokenStore } = shim.given.all();
  if (shim.lifetime && (cookieHandler ?? tokenStore)) await shim.ready();
  return sessionJar();
}

/** The session's cookies, as in supertokens-website's class of this name. */
export class CookieHandlerReference {
  /** @param {CookieHandlerInput} [input] */
  constructor(input) {
    /** @type {CookieHandlerInterface} */
    this.cookieHandler = input ? input(browserCookies) : sessionCookies;
  }

  /** Register a cookieHandler for init(). @param {CookieHandlerInput} [input] */
  static init(input) {
    const option = (/** @type {CookieHandlerReference} */ own) => () => own.cookieHandler;
    register("cookieHandler", () => new CookieHandlerReference(input), input && option);
  }

  /** @returns {CookieHandlerReference} throws before init() */
  static getReferenceOrThrow() {
    return reference("cookieHandler", () => new CookieHandlerReference(), "CookieHandlerReference");
  }
}

// ---- the page ------------------------------------------------------------------------------------

/** The page's address and storage, as in supertokens-website's class of this name. */
export class WindowHandlerReference {
  #own;

  /** @param {WindowHandlerInput} [input] */
  constructor(input) {
    this.#own = input?.(original());
  }

  /** @returns {WindowHandlerInterface} */
  get windowHandler() {
    return this.#own ?? shim.window.inUse;
  }

  /** Register a windowHandler for init(). @param {WindowHandlerInput} [input] */
  static init(input) {
    const option = (/** @type {WindowHandlerReference} */ own) => () => own.windowHandler;
    register("windowHandler", () => new WindowHandlerReference(input), input && option);
  }

  /** @returns {WindowHandlerReference} throws before init() */
  static getReferenceOrThrow() {
    return reference("windowHandler", () => new WindowHandlerReference(), "WindowHandlerReference");
  }
}

// ---- the clock -----------------------------------------------------------------------------------

const { skew: SKEW_KEY, threshold: THRESHOLD } = __TABLE__.until;

/** The client's clock, corrected by the clock skew of the session. @type {DateProviderInterface} */
class SessionClock {
  #threshold = THRESHOLD / 1000;

  getThresholdInSeconds() {
    return this.#threshold;
  }

  /** For other users of this clock; the session has its own threshold. @param {number} seconds */
  setThresholdInSeconds(seconds) {
    this.#threshold = seconds;
  }

  now() {
    return Date.now() + this.getClientClockSkewInMillis();
  }

  /** Valid until the session's next token, which sets the skew again. @param {number} milliseconds */
  setClientClockSkewInMillis(milliseconds) {
    shim.window.store?.setItem(SKEW_KEY, String(milliseconds));
  }

  getClientClockSkewInMillis() {
    return Number.parseInt(shim.window.store?.getItem(SKEW_KEY) ?? "", 10) || 0;
  }
}

const sessionClock = new SessionClock();

/** The session's clock, as in supertokens-website's class of this name. */
export class DateProviderReference {
  #own;

  /** @param {DateProviderInput} [input] */
  constructor(input) {
    this.#own = input?.();
  }

  /** @returns {DateProviderInterface} */
  get dateProvider() {
    return this.#own ?? shim.given.dateProvider() ?? sessionClock;
  }

  /** Register a dateProvider for init(). @param {DateProviderInput} [input] */
  static init(input) {
    const option = (/** @type {DateProviderReference} */ own) => () => own.dateProvider;
    register("dateProvider", () => new DateProviderReference(input), input && option);
  }

  /** @returns {DateProviderReference} throws before init() */
  static getReferenceOrThrow() {
    return reference("dateProvider", () => new DateProviderReference(), "DateProviderReference");
  }
}

// ---- locks ---------------------------------------------------------------------------------------

/** @type {LockFactory} */
const sessionLocks = async () => {
  /** @type {Map<string, () => void>} */
  const held = new Map();
  return {
    acquireLock: async (name, timeout = LOCK_TIMEOUT) => {
      const { takeLock } = await shim.withPart();
      const release = await takeLock(shim.window.store, name, timeout);
      if (release) held.set(name, release);
      return release !== null;
    },
    releaseLock: async (name) => {
      held.get(name)?.();
      held.delete(name);
    },
  };
};

/** The locks that the session's tabs share, as in supertokens-website's class of this name. */
export class LockFactoryReference {
  #own;

  /** @param {LockFactory} [lockFactory] */
  constructor(lockFactory) {
    this.#own = lockFactory;
  }

  /** @returns {LockFactory} */
  get lockFactory() {
    return this.#own ?? shim.given.functions().lockFactory ?? sessionLocks;
  }

  /** Register a lockFactory for init(). @param {LockFactory} [lockFactory] */
  static init(lockFactory) {
    const option = () => lockFactory;
    register("lockFactory", () => new LockFactoryReference(lockFactory), lockFactory && option);
  }

  /** @returns {LockFactoryReference} throws before init() */
  static getReferenceOrThrow() {
    return reference("lockFactory", () => new LockFactoryReference(), "LockFactoryReference");
  }
}
