// Wheels that PyScript's workers cannot load.

import { IN_WORKER } from "../platform.js";

let hasLooked = false;

/** PyScript's own error does not explain why a wheel with a relative address cannot be loaded. */
export function reportRelativeWheels() {
  if (hasLooked || IN_WORKER) return;
  hasLooked = true;
  const [wheel] = relativeWheels();
  if (!wheel) return;
  console.error(
    `supertokens: Python in a worker cannot load ${wheel}: PyScript's workers have no address of their own, so relative addresses do not work there. Write the whole address in the config: ${new URL(wheel, document.baseURI).href}`,
  );
}

/**
 * The wheels with relative addresses, which PyScript cannot load in its workers, because those have no
 * address of their own. (It does resolve "./…" and "../…". The names in a config file are not known here.)
 *
 * @returns {string[]}
 */
export function relativeWheels() {
  const scripts = [...document.querySelectorAll('script[type="py"][worker], py-script[worker]')];
  const configs = scripts.map((script) => script.getAttribute("config") ?? "");
  const wheels = configs.flatMap((config) => config.match(/[^"'\s]+\.whl(?=["'#?])/g) ?? []);
  return wheels.filter((wheel) => !/^([a-z][a-z0-9+.-]*:|\.)/i.test(wheel));
}
