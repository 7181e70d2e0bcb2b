// axios on a page with an overridden addXMLHttpRequestInterceptor: axios' requests become exchanges of the
// page's fetch; axios makes the attempts itself, with its own adapter.

/**
 * @typedef {{config: any, response?: any, failure?: any}} Attempt axios' result of one trip to the network
 */

/**
 * Make a request of axios an exchange.
 *
 * @param {(attempt: typeof fetch) => typeof fetch} carrying makes a fetch that adds the session
 * @param {any} axios
 * @param {any} adapter that makes the attempts
 * @param {any} config
 * @returns {Promise<any>} axios' response; rejects with axios' error
 */
export async function axiosAdapter(carrying, axios, adapter, config) {
  // Without this instance's interceptors, and without transforming the data a second time.
  const bare = axios.create();
  /** @type {Map<Response, Attempt>} */
  const attempts = new Map();

  /** @param {RequestInfo | URL} input @param {RequestInit} [init] */
  const attempt = async (input, init) => {
    const { headers, credentials } = {
      ...(input instanceof Request ? partsOf(input) : {}),
      ...init,
    };
    const sent = {
      ...config,
      adapter,
      transformRequest: [],
      transformResponse: [],
      headers: withHeaders(config.headers, new Headers(headers)),
      withCredentials: config.withCredentials || credentials === "include",
    };
    /** @type {Attempt} */
    const made = { config: sent };
    try {
      made.response = await bare.request(sent);
    } catch (error) {
      made.failure = error;
      made.response = /** @type {any} */ (error)?.response;
      if (!made.response) throw error;
    }
    const response = asResponse(made.response);
    attempts.set(response, made);
    return response;
  };

  const { signal, data } = config;
  const response = await carrying(attempt)(addressOf(axios, config), {
    method: config.method?.toUpperCase(),
    headers: new Headers(textsOf(config.headers)),
    ...(signal && { signal }),
    ...(data instanceof ReadableStream && { body: data }),
  }).catch((error) => {
    if (!signal?.aborted) throw error;
    return bare.request({ ...config, adapter }); // rejects with axios' own error
  });
  const made = attempts.get(response) ?? [...attempts.values()].at(-1);
  if (made?.failure) throw made.failure;
  return made?.response;
}

/** @param {Request} request the parts that are not only the caller's */
const partsOf = ({ headers, credentials }) => ({ headers, credentials });

/**
 * The response of axios, in the form for the session logic.
 *
 * @param {any} response
 * @returns {Response}
 */
function asResponse({ status, statusText, headers, data, request }) {
  const isReadable =
    typeof data === "string" || data instanceof Blob || data instanceof ArrayBuffer;
  const hasBody = isReadable && ![204, 205, 304].includes(status);
  const found = new Response(hasBody ? data : null, {
    status,
    statusText,
    headers: textsOf(headers),
  });
  const url = request?.responseURL;
  return url ? Object.defineProperty(found, "url", { value: url }) : found;
}

/**
 * @param {any} headers axios'
 * @returns {[string, string][]} the headers with a text as value
 */
function textsOf(headers) {
  const plain = headers?.toJSON?.() ?? headers ?? {};
  return Object.entries(plain)
    .filter(([, value]) => ["string", "number", "boolean"].includes(typeof value))
    .map(([name, value]) => [name, String(value)]);
}

/**
 * @param {any} given axios' headers
 * @param {Headers} headers to send
 */
function withHeaders(given, headers) {
  const kept = Object.entries(given?.toJSON?.() ?? given ?? {});
  // Values that are not texts have a meaning in axios: false, for instance, means that a header is not set.
  const others = kept.filter(([, value]) => typeof value !== "string");
  return Object.fromEntries([...others, ...headers]);
}

/** @param {any} axios @param {any} config @returns {string} */
function addressOf(axios, config) {
  const url = axios.getUri(config);
  const { baseURL } = config;
  const isWhole = !baseURL || /^(?:[a-z][a-z\d+.-]*:)?\/\//i.test(url) || url.startsWith(baseURL);
  // Older versions do not set it.
  return isWhole ? url : `${baseURL.replace(/\/+$/, "")}/${url.replace(/^\/+/, "")}`;
}
