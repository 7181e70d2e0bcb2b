// Events of the session, for the onHandleEvent of JavaScript.

/**
 * Pass events to JavaScript's handler.
 *
 * @param {((event: any) => any) | undefined} onHandleEvent
 * @param {object[]} events
 */
export function handleEvents(onHandleEvent, events) {
  for (const event of onHandleEvent ? events : []) {
    // Called synchronously; if it throws, or its promise rejects, the error is logged here.
    new Promise((done) => done(onHandleEvent?.(event))).catch((error) =>
      console.error("supertokens: onHandleEvent failed", error),
    );
  }
}
