/**
 * JSON as RFC 8259 has it, read strictly and written without loss.
 *
 * `JSON.parse` keeps the last of two members with one name, and rounds integers beyond 2^53; either would change what a
 * server said without a word. Objects have no prototype, so that a member called `__proto__` is a member like any other.
 */

/** Deeper than this nobody nests what a person or a program is to read. */
const DEEPEST = 512;

export class NotStrictJSON extends Error {
  name = "NotStrictJSON";
}

/**
 * The value of a JSON text. Integers that a number cannot hold are BigInts.
 *
 * @param {Uint8Array} bytes
 * @returns {unknown}
 */
export function parse(bytes) {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new NotStrictJSON("the body is not UTF-8");
  }
  return new Reader(text).whole();
}

const SPACE = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
// Everything up to the closing quote, control characters left out.
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const WORDS = new Map([
  ["true", true],
  ["false", false],
  ["null", null],
]);

class Reader {
  #text;
  #place = 0;

  /** @param {string} text */
  constructor(text) {
    this.#text = text;
  }

  whole() {
    const value = this.#value(0);
    this.#take(SPACE);
    if (this.#place < this.#text.length) throw this.#fault("something follows the value");
    return value;
  }

  /** @param {number} depth */
  #value(depth) {
    if (depth > DEEPEST) throw this.#fault("it is nested too deeply");
    this.#take(SPACE);
    switch (this.#text[this.#place]) {
      case "{":
        return this.#object(depth);
      case "[":
        return this.#array(depth);
      case '"':
        return this.#string();
      default:
        return this.#scalar();
    }
  }

  /** @param {number} depth */
  #object(depth) {
    const members = Object.create(null);
    this.#place += 1;
    if (this.#goesOn("}")) return members;
    do {
      this.#take(SPACE);
      const name = this.#string();
      if (name in members) throw this.#fault(`the name ${JSON.stringify(name)} stands twice in one object`);
      if (!this.#goesOn(":")) throw this.#fault("a colon is missing");
      members[name] = this.#value(depth + 1);
    } while (this.#goesOn(","));
    if (!this.#goesOn("}")) throw this.#fault("an object does not end");
    return members;
  }

  /** @param {number} depth */
  #array(depth) {
    /** @type {unknown[]} */
    const entries = [];
    this.#place += 1;
    if (this.#goesOn("]")) return entries;
    do {
      entries.push(this.#value(depth + 1));
    } while (this.#goesOn(","));
    if (!this.#goesOn("]")) throw this.#fault("an array does not end");
    return entries;
  }

  /** @returns {string} */
  #string() {
    const found = this.#take(STRING);
    if (!found) throw this.#fault("a string is expected");
    return JSON.parse(found[0]);
  }

  #scalar() {
    for (const [word, value] of WORDS) {
      if (this.#text.startsWith(word, this.#place)) {
        this.#place += word.length;
        return value;
      }
    }
    const found = this.#take(NUMBER);
    if (!found) throw this.#fault("a value is expected");
    const number = Number(found[0]);
    // A text such as 1e999 is JSON, and no number here; written again it would be none at all.
    if (!Number.isFinite(number)) throw this.#fault("a number is too large");
    const isWhole = found[1] === undefined && found[2] === undefined;
    return isWhole && !Number.isSafeInteger(number) ? BigInt(found[0]) : number;
  }

  /** Whether this character comes next, blanks left out; it is passed over then. @param {string} character */
  #goesOn(character) {
    this.#take(SPACE);
    if (this.#text[this.#place] !== character) return false;
    this.#place += 1;
    return true;
  }

  /** What a pattern finds at this place, which is passed over. @param {RegExp} pattern */
  #take(pattern) {
    pattern.lastIndex = this.#place;
    const found = pattern.exec(this.#text);
    if (found) this.#place += found[0].length;
    return found;
  }

  /** @param {string} what */
  #fault(what) {
    return new NotStrictJSON(`${what}, at character ${this.#place + 1}`);
  }
}

/**
 * A value as JSON; what is undefined is left out of objects. Throws a TypeError for what JSON cannot say.
 *
 * @param {unknown} value
 * @returns {string}
 */
export function stringify(value) {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number" && !Number.isFinite(value)) throw new TypeError(`${value} cannot be written as JSON`);
  if (Array.isArray(value)) return `[${value.map(stringify).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${stringify(member)}`).join(",")}}`;
  }
  const text = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`a ${typeof value} cannot be written as JSON`);
  return text;
}
