// Loaded into Node by stacks/bindings.py (NODE_OPTIONS=--require). The AWS bindings' lib/index.js requires all of its
// ~2,200 modules at once; this turns each of those lines into a getter that requires its module when it is first asked
// for. Only that file is touched, and only if it looks exactly as expected: otherwise it is loaded as it is.
"use strict";
const { Module } = require("node:module");

const INDEX = /[\\/]@cdktf[\\/]provider-aws[\\/](?:[^\\/]+[\\/])*lib[\\/]index\.js$/;
const EXPORT = /^exports\.(\w+) = require\("(\.\/[\w-]+)"\);$/gm;
const PROLOGUE = /^(?:"use strict";|\/\*\*|[ ]\*.*|Object\.defineProperty\(exports, "__esModule", \{ value: true \}\);|(?:exports\.\w+ = )+void 0;|\/\/.*|)$/;

const HELPER = `function __lazy(name, path) {
  Object.defineProperty(exports, name, { enumerable: true, configurable: true, get() {
    const value = require(path);
    Object.defineProperty(exports, name, { enumerable: true, configurable: true, writable: true, value });
    return value;
  } });
}\n`;

/** The lazy form of the index file, or null where it holds anything but exports of its own modules. */
function lazyIndex(source) {
  const rest = source.replace(EXPORT, "");
  if (rest === source || !rest.split(/\r?\n/).every((line) => PROLOGUE.test(line))) return null;
  return source.replace(EXPORT, '__lazy("$1", "$2");') + "\n" + HELPER;
}

const compile = Module.prototype._compile;
Module.prototype._compile = function (source, filename, ...rest) {
  if (typeof source === "string" && INDEX.test(filename)) {
    const lazy = lazyIndex(source);
    if (lazy !== null) return compile.call(this, lazy, filename, ...rest);
    if (process.env.JSII_DEBUG) console.error(`queuesmith: ${filename} is not as expected, so it is loaded as it is`);
  }
  return compile.call(this, source, filename, ...rest);
};
