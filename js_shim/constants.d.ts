/** The version in package.json; tools/build_shim.mjs puts it in. */
declare const __VERSION__: string;
