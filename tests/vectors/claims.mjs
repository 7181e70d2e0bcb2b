// What claim validators find: whether a claim must be fetched again, and whether it is valid.

import { NOW, Page } from "./website.mjs";

const PRIMITIVES = [undefined, "admin", "user", 1, true, null];
const ARRAYS = [undefined, [], ["admin"], ["user"], ["user", "admin"], [1, true, null], ["1"]];

/** Each kind of claim, its validators with what they are asked for, and the values it may have. */
const CLAIMS = {
  PrimitiveClaim: {
    values: PRIMITIVES,
    asked: { hasValue: ["admin", 1, true] },
  },
  BooleanClaim: {
    values: [undefined, true, false, "true", 1],
    asked: { isTrue: [undefined], isFalse: [undefined], hasValue: [true] },
  },
  PrimitiveArrayClaim: {
    values: ARRAYS,
    asked: {
      includes: ["admin", 1],
      excludes: ["admin", 1],
      includesAll: [["admin", "user"], []],
      includesAny: [["admin", "user"], []],
      excludesAll: [["admin", "user"], []],
    },
  },
};

/** Max ages, given to the validator or to the claim, and how old the value is, in seconds, if known. */
const AGES = [
  { maxAge: 60, age: 60 },
  { maxAge: 60, age: 60.001 },
  { maxAge: 7, age: 7 },
  { maxAge: 6, age: 1 },
  { defaultMaxAge: 60, age: 61 },
  { defaultMaxAge: 60, maxAge: 3600, age: 61 },
  { defaultMaxAge: 3600, maxAge: 60, age: 61 },
  { defaultMaxAge: 6, age: 1 },
  { maxAge: 60, age: 30, skew: 3_600_000 },
  { maxAge: 60, age: 90, skew: -3_600_000 },
  { maxAge: 60, age: null },
];

async function row(page, given) {
  const { claim: kind, validator, asked, value, maxAge, defaultMaxAge, age = 0, skew = 0 } = given;
  const claim = new (page.module("index")[kind])({
    id: "st-claim",
    refresh: async () => {},
    defaultMaxAgeInSeconds: defaultMaxAge,
  });
  const time = age === null ? {} : { t: NOW + skew - age * 1000 };
  const payload = "value" in given ? { "st-claim": { v: value, ...time } } : {};
  const args = validator.startsWith("is") ? [maxAge] : [asked, maxAge];
  const found = claim.validators[validator](...args);
  const attempt = async (what) => {
    try {
      return await found[what](payload, {});
    } catch {
      return "error";
    }
  };
  const shouldRefresh = await attempt("shouldRefresh");
  return { payload, expected: { shouldRefresh, validate: await attempt("validate") } };
}

export async function rows() {
  const rows = [];
  let page = null;
  let pagesSkew = null;
  const add = async (given) => {
    const { skew: skewed = 0 } = given;
    if (skewed !== pagesSkew) {
      page = new Page({ storage: { __st_clockSkewInMillis: String(skewed) } }).init();
      pagesSkew = skewed;
    }
    const { payload, expected } = await row(page, given);
    const { claim, validator, asked, value, maxAge, defaultMaxAge, age, skew } = given;
    const parts = Object.entries({ asked, value, maxAge, defaultMaxAge, age, skew });
    const reported = parts.filter(([, part]) => part !== undefined);
    const id = [
      claim,
      validator,
      ...reported.map(([name, part]) => `${name} ${JSON.stringify(part)}`),
    ];
    const { value: _, age: __, ...asGiven } = given;
    rows.push({ id: id.join(", "), ...asGiven, payload, expected });
  };
  for (const [claim, { values, asked }] of Object.entries(CLAIMS)) {
    for (const [validator, wants] of Object.entries(asked)) {
      for (const want of wants) {
        for (const value of values) {
          await add({ claim, validator, asked: want, ...(value === undefined ? {} : { value }) });
        }
      }
      const value = claim === "PrimitiveArrayClaim" ? ["admin"] : (wants[0] ?? true);
      for (const age of AGES) await add({ claim, validator, asked: wants[0], value, ...age });
    }
  }
  return rows;
}
