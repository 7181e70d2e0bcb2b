/** What to do is in the message: Pyodide is not installed, for instance. */
export declare class CopyError extends Error {}

export interface CopyOptions {
  /** The address under which the site serves the folder. */
  base?: string;
}

export interface Copied {
  folder: string;
  base: string;
  /** Names relative to the folder. */
  files: string[];
  written: string[];
  removed: string[];
}

/**
 * Put Pyodide (from the installed npm package), the wheels, a lock file, the shim and settings.js into a folder.
 * Only files that differ are written.
 */
export declare function copy(folder: string, options?: CopyOptions): Copied;
