// supertokens-website/utils/lockFactory/types, which has types alone

/**
 * @typedef {import("../../index.js").Lock} Lock
 * @typedef {import("../../index.js").LockFactory} LockFactory
 */

export {};
