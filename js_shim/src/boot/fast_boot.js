// Booting from an image: the memory of an interpreter that has imported the package, in the browser's cache.
//
// Built as a separate file, which only pages with `fastBoot` load. The same file is the script of the worker
// that makes an image. That worker has an interpreter of its own, so the image contains nothing of any page.

import { importUrl } from "./import_url.js";

const PACKAGE = "supertokens-pyodide";
const PYTHON = "supertokens_pyodide._browser.image";
const CACHE = `${PACKAGE}-images`;
const IMAGE = "application/gzip";

// Milliseconds after which a boot from an image has failed.
const TIMEOUT_MS = 20_000;
// Milliseconds after which an image that could not be made or used is tried again.
const RETRY_AFTER = 86_400_000;
// Bytes that must be free: an image takes 8 MB, and browsers count more.
const ROOM = 50_000_000;

/**
 * The things from which an image is made, and the address under which it is cached.
 *
 * @typedef {{indexURL: string, lockFileContents: string, packageBaseUrl: string}} Source
 * @typedef {Source & {address: string}} Order
 *
 * @typedef {object} Contents the data after the memory in an image
 * @property {string} address
 * @property {[path: string, size: number][]} files under site-packages; their contents follow
 * @property {Record<string, string>} packages in Pyodide's form
 */

export class FastBoot {
  /** @type {Order | undefined} the image to make */
  #wanted;

  /**
   * An interpreter with the package imported; undefined unless there is an image for exactly this version.
   *
   * @param {string} indexURL
   * @param {string} [lockFileURL]
   * @returns {Promise<any>}
   */
  async restore(indexURL, lockFileURL = `${indexURL}pyodide-lock.json`) {
    if (!globalThis.caches) return undefined;
    try {
      const [{ loadPyodide, version }, lockFileContents] = await Promise.all([
        importUrl(`${indexURL}pyodide.mjs`),
        text(lockFileURL),
      ]);
      if (!JSON.parse(lockFileContents).packages[PACKAGE]) return undefined;
      const packageBaseUrl = new URL(".", lockFileURL).href;
      const source = { indexURL, lockFileContents, packageBaseUrl };
      const order = { ...source, address: await addressOf(source, version) };
      return await soon(this.#find(order, loadPyodide)).catch(() => {
        giveUp(order.address);
      });
    } catch {
      return undefined; // a normal boot reports the error
    }
  }

  /** @param {Order} order @param {any} loadPyodide */
  async #find({ address, ...source }, loadPyodide) {
    const cache = await caches.open(CACHE);
    const found = await cache.match(address);
    const note = found && found.headers.get("content-type") !== IMAGE;
    if (note && Date.now() - Number(await found.text()) < RETRY_AFTER) return undefined;
    const image = found && !note && (await read(found, address).catch(() => undefined));
    if (image) return load(loadPyodide, source, image);
    this.#wanted = { address, ...source };
    return undefined;
  }

  /** Let a worker make an image for the next visit, when the page is idle. */
  keep() {
    const order = this.#wanted;
    if (!order) return;
    this.#wanted = undefined;
    const start = () => makeInWorker(order).catch(() => giveUp(order.address));
    (globalThis.requestIdleCallback ?? setTimeout)(start);
  }
}

/** @param {Order} order */
async function makeInWorker(order) {
  // WebKitGTK has no StorageManager: there the image is kept if it fits.
  const { quota = ROOM, usage = 0 } = (await navigator.storage?.estimate()) ?? {};
  if (quota - usage < ROOM) return;
  const worker = new Worker(import.meta.url, { type: "module" });
  worker.onmessage = () => worker.terminate();
  worker.onerror = (event) => {
    event.preventDefault();
    worker.terminate();
    giveUp(order.address);
  };
  worker.postMessage(order);
}

/** @param {string} url @returns {Promise<string>} */
async function text(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(url);
  return response.text();
}

/**
 * The address of an image contains a digest of everything that the image depends on.
 *
 * @param {Source} source
 * @param {string} version
 */
async function addressOf(source, version) {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions(); // Python's time module keeps it
  const all = new TextEncoder().encode(JSON.stringify([__VERSION__, version, source, timeZone]));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", all));
  const name = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${source.indexURL}${PACKAGE}-${name}.image`;
}

/**
 * @template T
 * @param {Promise<T>} result
 * @returns {Promise<T>} rejects after a timeout: if a file is missing, Pyodide waits forever
 */
function soon(result) {
  const late = new Promise((_, reject) => setTimeout(reject, TIMEOUT_MS));
  return Promise.race([result, /** @type {Promise<never>} */ (late)]);
}

/**
 * Record that there can be no image for now, so that not every visit tries again.
 *
 * @param {string} address
 */
async function giveUp(address) {
  try {
    const cache = await caches.open(CACHE);
    await cache.put(address, new Response(String(Date.now())));
  } catch {
    // without storage for that, the next visit tries again
  }
}

/** @param {Response} response @param {string} address */
async function read(response, address) {
  const unpacked = response.body?.pipeThrough(new DecompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(unpacked).arrayBuffer());
  const [memorySize = 0, contentsSize = 0] = new Uint32Array(bytes.buffer, 0, 2);
  let at = 16;
  const take = (/** @type {number} */ size) => {
    at += size;
    return bytes.subarray(at - size, at);
  };
  const memory = take(memorySize);
  /** @type {Contents} */
  const contents = JSON.parse(new TextDecoder().decode(take(contentsSize)));
  if (contents.address !== address) throw new Error("another image");
  // Copies: a view would keep the whole image in memory.
  const files = contents.files.map(([path, size]) => ({ path, data: take(size).slice() }));
  return { memory, files, packages: contents.packages };
}

/**
 * @param {any} loadPyodide
 * @param {Source} source
 * @param {Awaited<ReturnType<typeof read>>} image
 */
async function load(loadPyodide, source, { memory, files, packages }) {
  const pyodide = await loadPyodide({
    ...source,
    _loadSnapshot: memory,
    // Files are not part of the memory.
    fsInit: async (/** @type {any} */ FS, /** @type {any} */ { sitePackages }) => {
      for (const { path, data } of files) {
        FS.mkdirTree(`${sitePackages}${path.slice(0, path.lastIndexOf("/"))}`);
        FS.writeFile(`${sitePackages}${path}`, data, { canOwn: true });
      }
    },
  });
  call(pyodide, "restore");
  Object.assign(pyodide.loadedPackages, packages);
  return pyodide;
}

/** @param {any} pyodide @param {string} name of a function in the Python package */
function call(pyodide, name) {
  const part = pyodide.pyimport(`${PYTHON}.${name}`);
  part();
  part.destroy();
}

// ---- in the worker -------------------------------------------------------------------------------

/** @param {Order} order */
async function make({ address, ...source }) {
  const { loadPyodide } = await importUrl(`${source.indexURL}pyodide.mjs`);
  let root = "";
  const pyodide = await loadPyodide({
    ...source,
    _makeSnapshot: true,
    fsInit: async (/** @type {any} */ _, /** @type {any} */ { sitePackages }) => {
      root = sitePackages;
    },
  });
  await pyodide.loadPackage(PACKAGE, { messageCallback: () => {} });
  call(pyodide, "prepare");
  const paths = walk(pyodide.FS, root);
  const files = paths.map((path) => pyodide.FS.readFile(path));
  const { loadedPackages } = pyodide;
  const packages = { ...loadedPackages };
  // Pyodide expects the memory to contain none of them.
  for (const name of Object.keys(packages)) delete loadedPackages[name];
  const memory = pyodide.makeMemorySnapshot();
  /** @type {Contents} */
  const contents = {
    address,
    files: paths.map((path, i) => [path.slice(root.length), files[i].length]),
    packages,
  };
  const described = new TextEncoder().encode(JSON.stringify(contents));
  const sizes = new Uint32Array([memory.length, described.length, 0, 0]);
  const image = new Blob([sizes, memory, described, ...files]);
  const packed = image.stream().pipeThrough(new CompressionStream("gzip"));
  // A blob, because a stream may break off while it is put into the cache.
  const body = await new Response(packed).blob();
  const cache = await caches.open(CACHE);
  const others = (await cache.keys()).filter(({ url }) => url !== address);
  await Promise.all(others.map((other) => cache.delete(other)));
  await cache.put(address, new Response(body, { headers: { "content-type": IMAGE } }));
}

/**
 * @param {any} FS
 * @param {string} folder
 * @returns {string[]} the paths of all files in the directory
 */
function walk(FS, folder) {
  return FS.readdir(folder).flatMap((/** @type {string} */ name) => {
    const path = `${folder}/${name}`;
    if (name === "." || name === "..") return [];
    return FS.isDir(FS.stat(path).mode) ? walk(FS, path) : [path];
  });
}

if ("WorkerGlobalScope" in globalThis) {
  addEventListener("message", async ({ data }) => {
    // Another tab may be making the same image.
    await navigator.locks.request(CACHE, { ifAvailable: true }, async (lock) => {
      if (lock) await make(data).catch(() => giveUp(data.address));
    });
    postMessage(null);
  });
}
