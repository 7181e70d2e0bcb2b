// supertokens-website/utils/dateProvider/types, which has types alone

/**
 * @typedef {import("../../index.js").DateProviderInterface} DateProviderInterface
 * @typedef {import("../../index.js").DateProviderInput} DateProviderInput
 */

export {};
