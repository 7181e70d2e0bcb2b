// Records every event and property of an XMLHttpRequest, in the same scenario, whichever class it
// is made of. A scenario is the body of an async function of `xhr` and of the tools below.
globalThis.XHR_CLASSES ??= {
  ours: XMLHttpRequest,
  native: Object.getPrototypeOf(Object.getPrototypeOf(XMLHttpRequest)),
};

globalThis.traceXHR = async (kind, scenario, withUpload = false) => {
  const Class = XHR_CLASSES[kind];
  const EVENTS = [
    "readystatechange",
    "loadstart",
    "progress",
    "abort",
    "error",
    "load",
    "timeout",
    "loadend",
  ];
  const trace = [];
  const upload = [];
  const waiting = [];
  const say = (...words) => trace.push(words.join(" "));

  const attempt = (action) => {
    try {
      return action();
    } catch (error) {
      // A fault of Firefox, which can read no text after an abort of a response that was there.
      if (error.name === "NS_ERROR_UNEXPECTED") return "";
      return `throws ${error.name}`;
    }
  };
  const describe = (value) => {
    if (value instanceof ArrayBuffer) return `buffer of ${value.byteLength}`;
    if (value instanceof Blob) return `blob of ${value.size} ${value.type}`;
    if (value instanceof Document) return `document ${value.documentElement.outerHTML}`;
    return JSON.stringify(value)?.replaceAll(/\d{9,}/g, "TIME");
  };
  const names = (headers) => headers.split("\r\n").map((line) => line.split(":")[0]);
  // Firefox shows the request's address before there is a response.
  const isEarly = (xhr) => "mozInnerScreenX" in globalThis && xhr.status === 0;
  const look = (xhr) =>
    JSON.stringify({
      state: xhr.readyState,
      status: `${xhr.status} ${xhr.statusText}`,
      url: xhr.responseURL && !isEarly(xhr) ? new URL(xhr.responseURL).pathname : "",
      response: describe(attempt(() => xhr.response)),
      text: describe(attempt(() => xhr.responseText)),
      xml: describe(attempt(() => xhr.responseXML)),
      headers: names(xhr.getAllResponseHeaders())
        .filter((name) => name !== "date")
        .join(),
      type: xhr.getResponseHeader("Content-Type"),
      missing: [xhr.getResponseHeader("x-missing"), xhr.getResponseHeader("not a name")],
      asked: [xhr.withCredentials, xhr.timeout, xhr.responseType],
    });

  const make = (Kind = Class) => {
    const xhr = new Kind();
    const note = (who) => (event) => {
      const { type, target, loaded, total, lengthComputable } = event;
      const progress = event instanceof ProgressEvent ? [loaded, total, lengthComputable] : "";
      say(who, type, target === xhr, progress, look(xhr));
      const { readyState } = xhr;
      for (const each of [...waiting]) each(who, type, readyState);
    };
    for (const type of EVENTS) {
      xhr.addEventListener(type, note("listener"));
      xhr[`on${type}`] = note("property");
      if (withUpload) {
        xhr.upload.addEventListener(type, ({ loaded, total }) =>
          upload.push(`${type} ${loaded}/${total}`),
        );
      }
    }
    return xhr;
  };
  // Do something once, in the property's handler of an event.
  const at = (wanted, state, action) => {
    const each = (who, type, now) => {
      if (who !== "property" || type !== wanted || (state !== null && now !== state)) return;
      waiting.splice(waiting.indexOf(each), 1);
      action();
    };
    waiting.push(each);
  };
  const until = (type, state = null) => new Promise((resolve) => at(type, state, resolve));
  // When this has arrived, so has everything before it.
  const fence = () =>
    new Promise((resolve) => {
      const last = new XHR_CLASSES.native();
      last.onloadend = () => setTimeout(resolve);
      last.open("GET", "/api/public");
      last.send();
    });

  const xhr = make();
  const tools = { xhr, make, at, until, fence, say, look, attempt, Class };
  const run = new Function(...Object.keys(tools), `return (async () => { ${scenario} })();`);
  const late = new Promise((resolve) => setTimeout(resolve, 60_000, "hangs"));
  const end = await Promise.race([run(...Object.values(tools)), late]);
  if (end) throw new Error(`The scenario hangs: ${trace.join("\n")}`);
  await fence();
  say("at the end", look(xhr));
  return { trace, upload };
};
