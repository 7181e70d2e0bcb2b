// An IndexedDB that fails as a test wants it to.

/** An IndexedDB of one value, which fails as a test wants. */
export class Database {
  value = undefined;
  /** How many of the next transactions are aborted; and whether there are none at all. */
  aborts = 0;
  isBlocked = false;
  /** Whether only writes fail, and all but erasing. */
  isFull = false;
  opened = 0;
  connections = [];

  open() {
    if (this.isBlocked) throw new DOMException("blocked", "SecurityError");
    this.opened += 1;
    const connection = { close() {}, transaction: () => this.#transaction() };
    this.connections.push(connection);
    return answering(connection);
  }

  #transaction() {
    const fails = this.aborts > 0;
    if (fails) this.aborts -= 1;
    const transaction = { error: new DOMException("aborted", "AbortError") };
    let value = this.value;
    let isAborted = fails;
    const acting = (act) => {
      act();
      return fails ? refusing(transaction.error) : answering(value);
    };
    transaction.objectStore = () => ({
      get: () => acting(() => {}),
      put: (text) =>
        acting(() => {
          value = text;
          isAborted ||= this.isFull;
        }),
      delete: () =>
        acting(() => {
          value = undefined;
        }),
    });
    setTimeout(() => {
      if (!isAborted) this.value = value;
      transaction[isAborted ? "onabort" : "oncomplete"]?.();
    }, 5);
    return transaction;
  }

  /** The site's data is cleared. */
  clear() {
    this.value = undefined;
    for (const connection of this.connections.splice(0)) connection.onclose?.();
  }
}

const answering = (result) => {
  const request = { result };
  queueMicrotask(() => request.onsuccess?.());
  return request;
};
const refusing = (error) => {
  const request = { error };
  queueMicrotask(() => request.onerror?.());
  return request;
};
