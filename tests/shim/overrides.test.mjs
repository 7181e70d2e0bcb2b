import "./setup.mjs";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { overridden } from "../../js_shim/src/page/recipe.js";

const layer = (name) => (original) => ({ ...original, a: () => `${name}(${original.a()})` });
const functions = () => ({ a: () => "a", b: () => "b" });

describe("overrides stack as those of supertokens-js-override", () => {
  for (const [what, overrides, expected] of [
    [
      "one that the builder is given lies below what is returned",
      [
        (o, builder) => {
          builder.override(layer("one"));
          return o;
        },
      ],
      "one(a)",
    ],
    [
      "the builder stacks one on the other",
      [
        (o, builder) => {
          builder.override(layer("one")).override(layer("two"));
          return { ...o, a: () => `top(${o.a()})` };
        },
      ],
      "top(two(one(a)))",
    ],
    [
      "the original may be changed in place",
      [
        (o) => {
          o.a = () => "changed in place";
          return o;
        },
      ],
      "changed in place",
    ],
    [
      "`this` is the finished recipe",
      [
        (o) => ({
          ...o,
          a() {
            return `this: ${this.b()}`;
          },
          b: () => `b: ${o.b()}`,
        }),
      ],
      "this: b: b",
    ],
    [
      "the later lies on the earlier, and none is none",
      [layer("one"), undefined, layer("two")],
      "two(one(a))",
    ],
  ]) {
    test(what, () => {
      // Called without its object, as what is imported is.
      const { a } = overridden(functions(), overrides);
      assert.equal(a(), expected);
    });
  }

  test("a function that is not overridden is the original itself", () => {
    const original = functions();
    assert.equal(overridden(original, [layer("one")]).b, original.b);
  });
});
