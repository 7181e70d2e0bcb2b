// supertokens-website/utils/lockFactory

export { LockFactoryReference, LockFactoryReference as default } from "../index.js";
