/**
 * The adapter of the client beside this: it asks the client what sms-conformance asks, and tells what came of it.
 *
 *     sms-conformance client --command "node examples/clients/javascript/adapter.mjs"
 *
 * The protocol is conformance/protocol.md. Copy this, and put your own client in the place of `SmsClient`.
 */

import { createInterface } from "node:readline";
import { inspect } from "node:util";
import { NoAnswerError, RefusedError, SmsClient, SmsError, TIMEOUT, UnreadableError, UnsentError } from "./sms-client.mjs";
import { parse, stringify } from "./strict-json.mjs";

/** One client for all calls with the same address, token and time-out, as an application would have it.
 * @type {Map<string, SmsClient>}
 */
const clients = new Map();

/** @param {any} call */
function clientFor({ url, token, timeout, headers }) {
  const key = stringify([url, token, timeout]);
  if (!clients.has(key)) clients.set(key, new SmsClient({ url, token, ...(timeout === null ? {} : { timeout }) }));
  const client = /** @type {SmsClient} */ (clients.get(key));
  return headers.length > 0 ? client.withHeaders(headers) : client;
}

/** @param {any} call */
async function outcomeOf(call) {
  const client = clientFor(call);
  try {
    const result = await client.send(call.body);
    return { ...ofResult(result), default_timeout: TIMEOUT, shown: shown(client, result) };
  } catch (error) {
    return { ...ofError(error), default_timeout: TIMEOUT, shown: shown(client, error) };
  }
}

/** @param {import("./sms-client.mjs").SendResult} result */
function ofResult(result) {
  return {
    // What a caller sees who looks at nothing but whether there are refusals.
    told: result.refused.length > 0 ? "mixed" : "accepted",
    status: 202,
    errorcode: result.code,
    message: result.message,
    request_id: result.requestId,
    items: result.items.map((each) => ({ message_key: each.messageKey, errorcode: each.code, message: each.message })),
    // Through its text, so that it is the client that writes it.
    written: parse(new TextEncoder().encode(result.toText())),
  };
}

/** @param {unknown} error */
function ofError(error) {
  const raised = error instanceof Error ? error.constructor.name : typeof error;
  if (!(error instanceof SmsError)) return { told: "crashed", raised };
  const common = {
    raised,
    says_outcome_unknown: error.outcomeUnknown,
    has_request_and_response: error.request !== null && error.response !== null,
    kept_body: error.response && { base64: Buffer.from(error.response.body).toString("base64") },
  };
  if (error instanceof RefusedError) {
    const { status, code, text, documentation } = error;
    return { ...common, told: "refused", status, errorcode: code, message: text, documentation };
  }
  if (error instanceof UnreadableError) {
    return { ...common, told: "unreadable", status: error.status, place: error.place };
  }
  if (error instanceof NoAnswerError) return { ...common, told: "transport" };
  if (error instanceof UnsentError) return { ...common, told: "unsent" };
  return { ...common, told: "crashed" };
}

/** All that a program could print, log or store of them. @param {unknown[]} values */
function shown(...values) {
  return values
    .flatMap((value) => [
      inspect(value, { depth: 6, showHidden: true }),
      String(value),
      stringify(value instanceof Error ? { ...value, message: value.message, stack: value.stack } : value),
    ])
    .join("\n");
}

/** A line is written whole, and nothing but lines: what else is to be said goes to stderr. @param {unknown} message */
function write(message) {
  process.stdout.write(`${stringify(message)}\n`);
}

write({ protocol: 1, client: "sms-client.mjs", styles: ["async"], together: ["tasks"], copies: true });
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const question = /** @type {any} */ (parse(new TextEncoder().encode(line)));
  if (question.call) {
    write({ id: question.id, ...(await outcomeOf(question.call)) });
  } else {
    write({ id: question.id, outcomes: await Promise.all(question.calls.map(outcomeOf)) });
  }
}
