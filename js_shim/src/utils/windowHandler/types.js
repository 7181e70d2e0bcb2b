// supertokens-website/utils/windowHandler/types, which has types alone

/**
 * @typedef {import("../../index.js").StorageHandler} StorageHandler
 * @typedef {import("../../index.js").WindowHandlerInterface} WindowHandlerInterface
 * @typedef {import("../../index.js").WindowHandlerInput} WindowHandlerInput
 */

export {};
