// What the twins' pages have beside the SDK: HTTP clients with one face, and a memory of events.

/** A response without what differs from one session to the next: the names in its JSON. */
const shape = (status, text) => {
  try {
    return { status, body: Object.keys(JSON.parse(text)).sort().join(" ") };
  } catch {
    return { status, body: text };
  }
};

const asJson = (body) => (body === undefined ? {} : { "content-type": "application/json" });

function exchangeWithXHR(method, url, { headers, body }, isAsync) {
  return new Promise((resolve) => {
    const xhr = new XMLHttpRequest();
    const ends = [];
    const end = (event) => {
      ends.push(event.type);
      if (ends.length > 1) return;
      // Later than all that comes of this end.
      setTimeout(() => resolve({ ...shape(xhr.status, xhr.responseText), ends: ends.join(" ") }));
    };
    for (const type of ["load", "error", "abort", "timeout"]) xhr.addEventListener(type, end);
    xhr.open(method, url, isAsync);
    for (const [name, text] of Object.entries(headers)) xhr.setRequestHeader(name, text);
    xhr.send(body);
    if (!isAsync) resolve(shape(xhr.status, xhr.responseText));
  });
}

const clients = {
  async fetch(method, url, { headers, body }) {
    const response = await fetch(url, { method, headers, body });
    return shape(response.status, await response.text());
  },
  xhr: (method, url, options) => exchangeWithXHR(method, url, options, true),
  sync: (method, url, options) => exchangeWithXHR(method, url, options, false),
  async axios(method, url, { headers, body }) {
    const validateStatus = () => true;
    const transformResponse = (text) => text;
    const options = { method, url, headers, data: body, validateStatus, transformResponse };
    const response = await axios.request(options);
    return shape(response.status, response.data);
  },
};

/** What an awaited call gave, or how it failed. */
globalThis.outcome = (promise) =>
  Promise.resolve(promise).then(
    (value) => (value === undefined ? "undefined" : value),
    (error) => ({
      failed: error instanceof Response ? `Response ${error.status}` : (error?.name ?? `${error}`),
    }),
  );

globalThis.useClient = (client, api) => {
  globalThis.api = api;
  globalThis.request = (method, path, { headers = {}, body } = {}) => {
    const url = new URL(path, api).href;
    const options = { headers: { ...asJson(body), ...headers }, body };
    return outcome(clients[client](method, url, options));
  };
};

globalThis.events = [];
globalThis.start = async (options) => {
  supertokens.init({ ...options, onHandleEvent: (event) => events.push(structuredClone(event)) });
  await supertokens.ready?.();
};
