// The second file of a site, as far as its loader looks at it.
export const version = "of the fake site";
export const address = import.meta.url;
