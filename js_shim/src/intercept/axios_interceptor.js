// axios on a page with an overridden addXMLHttpRequestInterceptor: see axios.js.

import { sessionFetch } from "./fetch.js";

/** @import {Shim} from "../page/shim.js" */

/** @type {WeakSet<any>} instances that have the interceptor */
const instances = new WeakSet();

/** @param {Shim} shim @param {any} axios an instance */
export function interceptAxios(shim, axios) {
  if (instances.has(axios)) return;
  instances.add(axios);
  axios.interceptors.request.use((/** @type {any} */ config) => {
    const { adapter } = config;
    if (usesFetch(adapter)) return config; // it carries the session already
    return {
      ...config,
      adapter: async (/** @type {any} */ sent) => {
        const { axiosAdapter } = await shim.withPart();
        const carrying = (/** @type {typeof fetch} */ attempt) => sessionFetch(shim, attempt);
        return axiosAdapter(carrying, axios, adapter, sent);
      },
    };
  });
}

/** @param {any} adapter in axios' form: a name, a function, or a list (first available) */
const usesFetch = (adapter) => (Array.isArray(adapter) ? adapter[0] : adapter) === "fetch";
