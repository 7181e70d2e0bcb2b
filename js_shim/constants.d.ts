/** The version in package.json; tools/build_shim.mjs puts it in. */
declare const __VERSION__: string;
/** Whether a bundle is for workers too; tools/build_shim.mjs puts it in. */
declare const __WORKER__: boolean;
/** What the core answers at once (tools/decision_table.py); tools/build_shim.mjs puts it in. */
declare const __TABLE__: import("./src/core/table.js").DecisionTable;
