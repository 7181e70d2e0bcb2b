// supertokens-website/utils/windowHandler

export { WindowHandlerReference, WindowHandlerReference as default } from "../index.js";
