// supertokens-website/utils/dateProvider

export { DateProviderReference, DateProviderReference as default } from "../index.js";
