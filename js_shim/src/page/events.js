// Events of the session, for the onHandleEvent of JavaScript.

/**
 * Hand events to JavaScript's handler.
 *
 * @param {((event: any) => any) | undefined} onHandleEvent
 * @param {object[]} events
 */
export function handleEvents(onHandleEvent, events) {
  for (const event of onHandleEvent ? events : []) {
    // Called in this turn; whether it throws or returns a promise that rejects, it is reported here.
    new Promise((done) => done(onHandleEvent?.(event))).catch((error) =>
      console.error("supertokens: onHandleEvent failed", error),
    );
  }
}
