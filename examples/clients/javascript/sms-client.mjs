/**
 * A client for POST /messaging/v1/sms/messages/, written from the contract by hand, on `fetch` and nothing else.
 *
 * `send` gives a result, which says of each recipient whether it was queued, or throws one of the errors below. Nothing is
 * sent twice, no redirect is followed, and the token shows nowhere.
 */

import { NotStrictJSON, parse, stringify } from "./strict-json.mjs";

const PATH = "/messaging/v1/sms/messages/";
const QUEUED = 202;
const DOCUMENTED = new Set([400, 401, 403, 415, 429, 500, 503]);
/** Seconds that a whole answer may take, unless the caller says otherwise. */
export const TIMEOUT = 30;
/** Bytes of an answer that are read, unpacked. */
const LARGEST = 16 * 1024 * 1024;

/**
 * What was sent, as errors show it: without the token.
 * @typedef {{method: string, url: string, headers: [string, string][], body: string}} SentRequest
 */

/**
 * What came back.
 * @typedef {{status: number, headers: [string, string][], body: Uint8Array}} Received
 */

/**
 * One recipient's part of an answer. A queued one has neither code nor message.
 * @typedef {{messageKey: string, code: number | bigint | null, message: string | null}} Item
 */

/** A send that gave no result. `outcomeUnknown` says whether the messages may have been queued all the same. */
export class SmsError extends Error {
  name = "SmsError";
  outcomeUnknown = false;
  /** @type {SentRequest | null} */
  request = null;
  /** @type {Received | null} */
  response = null;
}

/** Nothing was sent, since it cannot be. */
export class UnsentError extends SmsError {
  name = "UnsentError";
}

/** No whole answer came, in time or at all. */
export class NoAnswerError extends SmsError {
  name = "NoAnswerError";

  /** @param {string} reason @param {SentRequest} request @param {boolean} outcomeUnknown */
  constructor(reason, request, outcomeUnknown) {
    super(`${PATH}: no whole answer came (${reason}).${outcomeUnknown ? " The outcome is unknown." : ""}`);
    this.request = request;
    this.outcomeUnknown = outcomeUnknown;
  }
}

/** The server refused the whole request, with a status that is documented. */
export class RefusedError extends SmsError {
  name = "RefusedError";

  /** @param {SentRequest} request @param {Received} response @param {Record<string, unknown>} said */
  constructor(request, response, said) {
    const message = typeof said.message === "string" ? said.message : null;
    const code = isInteger(said.errorcode) ? said.errorcode : null;
    super(`${PATH}: refused with ${response.status}: ${message ?? "without an error body"} (code ${code})`);
    this.request = request;
    this.response = response;
    this.status = response.status;
    this.code = code;
    /** The server's own words. */
    this.text = message;
    this.documentation = typeof said.documentation === "string" ? said.documentation : null;
    // What a server says after it has failed itself is no proof that it had done nothing.
    this.outcomeUnknown = response.status >= 500;
  }
}

/** The answer breaks the contract, or is of a status that it does not know. `place` says where, as a JSON pointer. */
export class UnreadableError extends SmsError {
  name = "UnreadableError";

  /** @param {SentRequest} request @param {Received} response @param {string} what @param {string} place */
  constructor(request, response, what, place = "") {
    const outcomeUnknown = response.status < 300 || response.status >= 500;
    const warning = outcomeUnknown ? " The outcome is unknown: do not send again unseen." : "";
    super(`${PATH}: answered with ${response.status}, but ${what}.${warning}`);
    this.request = request;
    this.response = response;
    this.status = response.status;
    this.place = place || what;
    this.outcomeUnknown = outcomeUnknown;
  }
}

/** An answer to a send that was taken in as a whole; `refused` says who was not queued. */
export class SendResult {
  /** @param {Record<string, any>} answer */
  constructor(answer) {
    /** @type {string} */
    this.requestId = answer.requestId;
    /** @type {number | bigint} */
    this.code = answer.errorcode;
    /** @type {string | null} */
    this.message = answer.message ?? null;
    /** @type {Item[]} */
    this.items = answer.responses.map((/** @type {Record<string, any>} */ each) => ({
      messageKey: each.messageKey,
      code: each.errorcode ?? null,
      message: each.message ?? null,
    }));
    /** All that was answered, members that this client does not know included. */
    this.answer = answer;
  }

  /** @returns {Item[]} */
  get queued() {
    return this.items.filter((each) => each.code === null);
  }

  /** @returns {Item[]} */
  get refused() {
    return this.items.filter((each) => each.code !== null);
  }

  /** The answer as JSON, written again. */
  toText() {
    return stringify(this.answer);
  }
}

/** Sends messages. Any number of sends may be under way at a time. */
export class SmsClient {
  /** @type {string} */ #token;
  /** @type {[string, string][]} */ #headers;

  /** @param {{url: string, token: string, timeout?: number, headers?: [string, string][]}} options */
  constructor({ url, token, timeout = TIMEOUT, headers = [] }) {
    this.url = url.replace(/\/+$/, "");
    /** Seconds that a whole answer may take. */
    this.timeout = timeout;
    this.#token = token;
    this.#headers = headers.map(([name, value]) => [name, value]);
  }

  /** A copy that sends these headers as well; this client stays as it is. @param {[string, string][]} headers */
  withHeaders(headers) {
    return new SmsClient({
      url: this.url,
      token: this.#token,
      timeout: this.timeout,
      headers: [...this.#headers, ...headers],
    });
  }

  /**
   * Queue a message for each recipient. Throws `UnsentError`, `NoAnswerError`, `RefusedError` or `UnreadableError`.
   *
   * @param {Record<string, unknown>} body
   * @returns {Promise<SendResult>}
   */
  async send(body) {
    const request = this.#request(body);
    const response = await this.#exchange(request);
    if (response.status === QUEUED) return accepted(request, response);
    if (DOCUMENTED.has(response.status)) throw refusal(request, response);
    throw new UnreadableError(request, response, "this status is not documented");
  }

  /** @param {Record<string, unknown>} body @returns {SentRequest} */
  #request(body) {
    // What fetch says of a header that cannot be sent shows its value.
    if (!/^[!-~]+$/.test(this.#token)) throw new UnsentError("The token is empty or no header can carry it.");
    let text;
    try {
      text = stringify(body);
    } catch (error) {
      throw new UnsentError(`The body cannot be written as JSON: ${/** @type {Error} */ (error).message}.`);
    }
    return {
      method: "POST",
      url: `${this.url}${PATH}`,
      headers: [...this.#headers, ["content-type", "application/json"], ["accept", "application/json"]],
      body: text,
    };
  }

  /** @param {SentRequest} request @returns {Promise<Received>} */
  async #exchange(request) {
    try {
      const response = await fetch(request.url, {
        method: request.method,
        headers: [...request.headers, ["authorization", `Bearer ${this.#token}`]],
        body: request.body,
        redirect: "manual",
        signal: AbortSignal.timeout(this.timeout * 1000),
      });
      return { status: response.status, headers: [...response.headers], body: await wholeBody(response) };
    } catch (error) {
      // Neither the error nor its cause goes along: what is in them is not ours to know.
      const { name, cause } = /** @type {Error & {cause?: {code?: string}}} */ (error);
      const reason = name === "TimeoutError" ? `nothing within ${this.timeout} s` : (cause?.code ?? name);
      throw new NoAnswerError(String(reason), request, cause?.code !== "ECONNREFUSED");
    }
  }
}

/** @param {Response} response @returns {Promise<Uint8Array>} */
async function wholeBody(response) {
  /** @type {Uint8Array[]} */
  const parts = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > LARGEST) throw Object.assign(new Error("too large"), { name: "an answer that is too large" });
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** @param {SentRequest} request @param {Received} response @returns {SendResult} */
function accepted(request, response) {
  if (!saysUtf8(response)) throw new UnreadableError(request, response, "its charset is not UTF-8", "content-type");
  let body;
  try {
    body = parse(response.body);
  } catch (error) {
    if (!(error instanceof NotStrictJSON)) throw error;
    throw new UnreadableError(request, response, `its body is no strict JSON: ${error.message}`);
  }
  const fault = faultIn(body);
  if (fault) throw new UnreadableError(request, response, `${fault.place || "the body"} ${fault.what}`, fault.place);
  return new SendResult(/** @type {Record<string, any>} */ (body));
}

/** The error for a documented status, which has said enough even if its body cannot be read.
 * @param {SentRequest} request @param {Received} response
 */
function refusal(request, response) {
  /** @type {unknown} */
  let body = null;
  try {
    body = parse(response.body);
  } catch (error) {
    if (!(error instanceof NotStrictJSON)) throw error;
  }
  return new RefusedError(request, response, isObject(body) ? body : {});
}

/** @param {Received} response */
function saysUtf8(response) {
  const type = response.headers.find(([name]) => name === "content-type")?.[1] ?? "";
  const charset = /;\s*charset\s*=\s*"?([^";,\s]*)/i.exec(type)?.[1] ?? "utf-8";
  return /^utf-?8$/i.test(charset);
}

/** Where the body of a 202 is not what the contract says, as a JSON pointer; null if nowhere.
 * @param {unknown} body @returns {{place: string, what: string} | null}
 */
function faultIn(body) {
  if (!isObject(body)) return { place: "", what: "is no object" };
  const fault = faultOf(body, "", { requestId: isString, errorcode: isInteger, responses: Array.isArray }, ["message"]);
  if (fault) return fault;
  const items = /** @type {unknown[]} */ (body.responses);
  for (const [index, item] of items.entries()) {
    const place = `/responses/${index}`;
    if (!isObject(item)) return { place, what: "is no object" };
    const found = faultOf(item, place, { messageKey: isString }, ["message"]);
    if (found) return found;
    if (item.errorcode !== undefined && !isInteger(item.errorcode)) {
      return { place: `${place}/errorcode`, what: "is no integer" };
    }
  }
  return null;
}

/** @param {Record<string, unknown>} node @param {string} place @param {Record<string, (value: unknown) => boolean>} required
 * @param {string[]} texts @returns {{place: string, what: string} | null}
 */
function faultOf(node, place, required, texts) {
  for (const [name, isRight] of Object.entries(required)) {
    if (node[name] === undefined) return { place: `${place}/${name}`, what: "is missing" };
    if (!isRight(node[name])) return { place: `${place}/${name}`, what: "is of another type" };
  }
  const wrong = texts.find((name) => node[name] !== undefined && !isString(node[name]));
  return wrong === undefined ? null : { place: `${place}/${wrong}`, what: "is no string" };
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {unknown} value @returns {value is string} */
function isString(value) {
  return typeof value === "string";
}

/** @param {unknown} value @returns {value is number | bigint} */
function isInteger(value) {
  return typeof value === "bigint" || Number.isInteger(value);
}
