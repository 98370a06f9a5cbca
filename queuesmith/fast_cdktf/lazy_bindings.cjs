// Loaded into Node by queuesmith/fast_cdktf/lazy_bindings.py (NODE_OPTIONS=--require). Two files load far more than a stack uses: the AWS
// bindings' lib/index.js requires all of its ~2,200 modules at once, and cdktf's lib/private/fs.js a library for zips that only
// a folder as an asset needs. Those lines are turned into ones that require when they are first asked for. Only these files
// are touched, and only if they look exactly as expected: otherwise they are loaded as they are.
"use strict";
const { Module } = require("node:module");

const FILES = [
  [/[\\/]@cdktf[\\/]provider-aws[\\/](?:[^\\/]+[\\/])*lib[\\/]index\.js$/, lazyIndex],
  [/[\\/]cdktf[\\/](?:[^\\/]+[\\/])*lib[\\/]private[\\/]fs\.js$/, lazyArchiver],
];
const EXPORT = /^exports\.(\w+) = require\("(\.\/[\w-]+)"\);$/gm;
const PROLOGUE = /^(?:"use strict";|\/\*\*|[ ]\*.*|Object\.defineProperty\(exports, "__esModule", \{ value: true \}\);|(?:exports\.\w+ = )+void 0;|\/\/.*|)$/;
const ARCHIVER = 'const archiver = require("archiver");';

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

/** The file with the library loaded on use, or null where it does more with it than call it. */
function lazyArchiver(source) {
  const [before, after, ...more] = source.split(ARCHIVER);
  if (after === undefined || more.length || /\barchiver\b(?!\()/.test(after.replace(/^\/\/.*$/gm, ""))) return null;
  return `${before}const archiver = (...given) => require("archiver")(...given);${after}`;
}

const compile = Module.prototype._compile;
Module.prototype._compile = function (source, filename, ...rest) {
  const [, lazily] = (typeof source === "string" && FILES.find(([pattern]) => pattern.test(filename))) || [];
  if (lazily) {
    const lazy = lazily(source);
    if (lazy !== null) return compile.call(this, lazy, filename, ...rest);
    if (process.env.JSII_DEBUG) console.error(`queuesmith: ${filename} is not as expected, so it is loaded as it is`);
  }
  return compile.call(this, source, filename, ...rest);
};
