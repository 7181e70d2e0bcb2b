// Requests of package installers are never ours: an index or a file server that allows every origin
// ("access-control-allow-origin: *") would refuse our headers and credentials.
const PACKAGE_FILES = [".whl", ".whl.metadata", "/pyodide-lock.json"];
const PACKAGE_INDEX = "application/vnd.pypi.simple.";

/** @param {URL} target @returns whether package installers load it */
export const isPackage = ({ pathname }) => PACKAGE_FILES.some((end) => pathname.endsWith(end));

/** @param {Pick<Headers, "get">} headers @returns whether it requests a package index */
export const asksIndex = (headers) => headers.get("accept")?.includes(PACKAGE_INDEX) ?? false;
