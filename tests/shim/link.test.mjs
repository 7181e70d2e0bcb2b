import "./setup.mjs";
import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { closed } from "../../js_shim/src/errors.js";
import { Link } from "../../js_shim/src/worker/link.js";

const channels = [];

/** The page's end of a wire whose other end has these services. */
function linked(services) {
  const { port1, port2 } = new MessageChannel();
  channels.push(port1);
  void new Link(port2, services);
  return { toWorker: new Link(port1, {}) };
}

/** An end of a wire whose other end a test plays by itself. */
function bare(services) {
  const { port1, port2 } = new MessageChannel();
  channels.push(port1);
  const received = [];
  port2.onmessage = ({ data }) => received.push(data);
  const nextMessage = async () => {
    while (received.length === 0) await new Promise((resolve) => setTimeout(resolve));
    return received.shift();
  };
  return { link: new Link(port1, services), port: port2, nextMessage };
}

afterEach(() => {
  for (const port of channels.splice(0)) port.close();
});

describe("a link", () => {
  test("each question gets its own answer, in whichever order they come", async () => {
    let answer;
    const slow = new Promise((resolve) => {
      answer = resolve;
    });
    const { toWorker } = linked({ wait: () => slow, add: (a, b) => a + b });
    const first = toWorker.ask("wait");
    assert.equal(await toWorker.ask("add", 1, 2), 3);
    answer("slow");
    assert.equal(await first, "slow");
  });

  test("an error of ours arrives as it was thrown", async () => {
    const fail = () => {
      throw closed();
    };
    const { toWorker } = linked({ fail });
    await assert.rejects(toWorker.ask("fail"), ({ code, hint }) => {
      assert.equal(code, "CLOSED");
      assert.equal(hint, closed().hint);
      return true;
    });
  });

  test("the text of another error stays where it was thrown", async () => {
    const fail = () => {
      throw new TypeError("sAccessToken=secret");
    };
    const { toWorker } = linked({ fail });
    await assert.rejects(toWorker.ask("fail"), ({ code, message }) => {
      assert.equal(code, "SUPERTOKENS_ERROR");
      assert.match(message, /TypeError/);
      assert.doesNotMatch(message, /secret/);
      return true;
    });
  });

  test("what the other side does not serve is refused", async () => {
    const { toWorker } = linked({});
    for (const name of ["none", "toString", "constructor"]) {
      await assert.rejects(toWorker.ask(name), { code: "SUPERTOKENS_ERROR" });
    }
  });

  test("arguments that are no list are refused, and not passed on", async () => {
    const calls = [];
    const { port, nextMessage } = bare({ act: (...args) => calls.push(args) });
    port.postMessage({ id: 1, name: "act", args: "ab" });
    assert.equal((await nextMessage()).error.code, "SUPERTOKENS_ERROR");
    assert.deepEqual(calls, []);
  });

  for (const message of [null, undefined, 7, "text", [], { id: 99, value: 1 }, { name: 7 }]) {
    test(`a message ${JSON.stringify(message)} breaks nothing`, async () => {
      const { port, nextMessage } = bare({ act: () => "answer" });
      port.postMessage(message);
      port.postMessage({ id: 1, name: "act", args: [] });
      assert.deepEqual(await nextMessage(), { id: 1, value: "answer" });
    });
  }

  for (const error of [
    7,
    {},
    { message: "only a message" },
    { name: "N", code: "C", message: 1 },
  ]) {
    test(`an error ${JSON.stringify(error)} of the other side is taken for malformed`, async () => {
      const { link, port, nextMessage } = bare({});
      const answer = link.ask("act");
      const { id } = await nextMessage();
      port.postMessage({ id, error });
      await assert.rejects(answer, { code: "SUPERTOKENS_ERROR", message: /malformed/ });
    });
  }

  test("a report is served, and nothing is answered", async () => {
    const { port, nextMessage } = bare({ note: (text) => text, act: () => "answer" });
    port.postMessage({ name: "note", args: ["text"] });
    port.postMessage({ id: 1, name: "act", args: [] });
    assert.deepEqual(await nextMessage(), { id: 1, value: "answer" });
  });

  test("when it ends, all that wait for an answer and all that ask later get the reason", async () => {
    const reason = new Error("ended");
    const { toWorker } = linked({ hang: () => new Promise(() => {}) });
    const waiting = [toWorker.ask("hang"), toWorker.ask("hang")];
    toWorker.end(reason);
    toWorker.end(new Error("again"));
    for (const question of [...waiting, toWorker.ask("hang")]) {
      await assert.rejects(question, (error) => error === reason);
    }
  });
});
