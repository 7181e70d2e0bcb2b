// The network, replaced inside the page before either SDK is installed, so that what is timed is the
// SDK's own work. Addresses of bench.test are answered here; all others (the SDKs' and Pyodide's own
// files) go to the real network.

globalThis.network = (() => {
  const nativeFetch = globalThis.fetch.bind(globalThis);

  /** What the responses to requests are made of; a storm puts its own in place. */
  const ok = new Response(null, { status: 200 });
  const network = {
    api: "https://api.bench.test",
    foreign: "https://foreign.bench.test",
    nativeFetch,
    /** @type {(url: string) => Response | Promise<Response>} */
    answer: () => ok,
    ok,
  };

  network.fetch = function fetch(input, init) {
    const url = typeof input === "string" ? input : (input.url ?? String(input));
    if (!url.includes(".bench.test/")) return nativeFetch(input, init);
    return Promise.resolve(network.answer(url));
  };

  // As much of an XMLHttpRequest as the SDKs touch. Its events say that they are trusted, which no
  // event made by a page can say, so they are no real ones.
  class StubEvent {
    isTrusted = true;
    stopped = false;
    constructor(type, target) {
      this.type = type;
      this.target = this.currentTarget = target;
    }
    stopImmediatePropagation() {
      this.stopped = true;
    }
  }

  class StubXHR {
    #listeners = [];
    #handlers = {};
    #state = 0;
    #url = "";
    #response = null;

    addEventListener(type, listener) {
      this.#listeners.push([type, listener]);
    }
    removeEventListener(type, listener) {
      this.#listeners = this.#listeners.filter(([t, l]) => t !== type || l !== listener);
    }
    dispatchEvent(event) {
      for (const [type, listener] of this.#listeners) {
        if (type === event.type && !event.stopped) listener.call(this, event);
      }
      return true;
    }
    handler(type) {
      return this.#handlers[type] ?? null;
    }
    setHandler(type, handler) {
      if (!(type in this.#handlers)) {
        this.addEventListener(type, (event) => this.#handlers[type]?.call(this, event));
      }
      this.#handlers[type] = handler;
    }
    open(_method, url) {
      this.#url = String(url);
      this.#response = null;
      this.#change(1);
    }
    setRequestHeader() {}
    send() {
      this.#fire("loadstart");
      Promise.resolve(network.answer(this.#url)).then((response) => {
        this.#response = response;
        this.#change(2);
        this.#change(4);
        this.#fire("load");
        this.#fire("loadend");
      });
    }
    abort() {}
    overrideMimeType() {}
    getResponseHeader(name) {
      return this.#response?.headers.get(name) ?? null;
    }
    getAllResponseHeaders() {
      const headers = [...(this.#response?.headers ?? [])];
      return headers.map(([name, text]) => `${name}: ${text}\r\n`).join("");
    }
    get readyState() {
      return this.#state;
    }
    get status() {
      return this.#response?.status ?? 0;
    }
    get statusText() {
      return this.#response?.statusText ?? "";
    }
    get responseURL() {
      return this.#response ? this.#url : "";
    }
    get response() {
      return "";
    }
    get responseText() {
      return "";
    }
    get responseXML() {
      return null;
    }
    #change(state) {
      this.#state = state;
      this.#fire("readystatechange");
    }
    #fire(type) {
      this.dispatchEvent(new StubEvent(type, this));
    }
  }
  const { prototype } = StubXHR;
  const handlers = Object.keys(XMLHttpRequestEventTarget.prototype).filter((n) =>
    n.startsWith("on"),
  );
  for (const name of ["onreadystatechange", ...handlers]) {
    const type = name.slice(2);
    Object.defineProperty(prototype, name, {
      configurable: true,
      get() {
        return this.handler(type);
      },
      set(handler) {
        this.setHandler(type, handler);
      },
    });
  }
  const constants = { UNSENT: 0, OPENED: 1, HEADERS_RECEIVED: 2, LOADING: 3, DONE: 4 };
  Object.assign(StubXHR, constants);
  Object.assign(prototype, constants);
  Object.assign(prototype, { timeout: 0, responseType: "", withCredentials: false, upload: {} });
  // Web interfaces have enumerable members, which supertokens-website copies one by one.
  for (const name of Object.getOwnPropertyNames(prototype)) {
    if (["constructor", "handler", "setHandler"].includes(name)) continue;
    Object.defineProperty(prototype, name, { enumerable: true });
  }

  globalThis.fetch = network.fetch;
  globalThis.XMLHttpRequest = network.XMLHttpRequest = StubXHR;
  return network;
})();
