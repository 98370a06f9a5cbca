// Node loads this file first (installation.py adds it to NODE_OPTIONS). It changes four files when they are loaded:
// - lib/index.js of the AWS bindings requires all of its ~2,200 modules. Changed, it requires each on first use.
// - lib/private/fs.js of cdktf requires a library for zips. Changed, it requires it only if a folder is an asset.
// - lib/tokens/private/stack-trace.js of cdktf captures a JavaScript stack for each token. These stacks contain no line of
//   Python and take a third of Node's time. Changed, they are empty.
// - lib__program.js of jsii communicates through a second Node that forwards every message. Changed, it communicates with
//   Python directly, and its output goes to stderr in the form in which the second Node would write it.
// A file that does not look exactly as expected is loaded unchanged.
"use strict";
const fs = require("node:fs");
const { Module } = require("node:module");

const FILES = [
  [/[\\/]@cdktf[\\/]provider-aws[\\/](?:[^\\/]+[\\/])*lib[\\/]index\.js$/, lazyIndex],
  [/[\\/]cdktf[\\/](?:[^\\/]+[\\/])*lib[\\/]private[\\/]fs\.js$/, lazyArchiver],
  [/[\\/]cdktf[\\/](?:[^\\/]+[\\/])*lib[\\/]tokens[\\/]private[\\/]stack-trace\.js$/, emptyStacks],
  [/[\\/]_embedded[\\/]jsii[\\/]lib__program\.js$/, oneProcess],
];
const EXPORT = /^exports\.(\w+) = require\("(\.\/[\w-]+)"\);$/gm;
const PROLOGUE = /^(?:"use strict";|\/\*\*|[ ]\*.*|Object\.defineProperty\(exports, "__esModule", \{ value: true \}\);|(?:exports\.\w+ = )+void 0;|\/\/.*|)$/;
const ARCHIVER = 'const archiver = require("archiver");';
const CAPTURE = "Error.captureStackTrace(object, below);";
const CHANNEL = "readFD:3,writeFD:3"; // installation.py checks that the program contains it

const HELPER = `function __lazy(name, path) {
  Object.defineProperty(exports, name, { enumerable: true, configurable: true, get() {
    const value = require(path);
    Object.defineProperty(exports, name, { enumerable: true, configurable: true, writable: true, value });
    return value;
  } });
}\n`;

/** Returns the lazy form of the index file, or null if it contains anything but exports of the package's modules. */
function lazyIndex(source) {
  const rest = source.replace(EXPORT, "");
  if (rest === source || !rest.split(/\r?\n/).every((line) => PROLOGUE.test(line))) return null;
  return source.replace(EXPORT, '__lazy("$1", "$2");') + "\n" + HELPER;
}

/** Returns the file with the library loaded on first use, or null if it does more with the library than call it. */
function lazyArchiver(source) {
  const [before, after, ...more] = source.split(ARCHIVER);
  if (after === undefined || more.length || /\barchiver\b(?!\()/.test(after.replace(/^\/\/.*$/gm, ""))) return null;
  return `${before}const archiver = (...given) => require("archiver")(...given);${after}`;
}

/** Returns the file without the call that captures a stack, or null if it does not contain the call exactly once. */
function emptyStacks(source) {
  const [before, after, ...more] = source.split(CAPTURE);
  return after === undefined || more.length || !after.includes("if (!object.stack)") ? null : before + after;
}

/** Returns jsii's program with its messages on stdin and stdout. jsii's temporary folder has its worker under another name. */
function oneProcess(source) {
  for (const name of ["stdout", "stderr"]) {
    process[name].write = (data, encoding, done) => {
      const text = Buffer.from(data, typeof encoding === "string" ? encoding : undefined).toString("base64");
      fs.writeSync(2, `${JSON.stringify({ [name]: text })}\n`);
      const callback = typeof encoding === "function" ? encoding : done;
      if (callback) process.nextTick(callback);
      return true;
    };
  }
  process.execArgv.push("--preserve-symlinks"); // jsii looks for it here, but it is set in NODE_OPTIONS
  return source.replace(CHANNEL, "readFD:0,writeFD:1").replace('"runtime-index-worker.js"', '"lib__runtime-index-worker.js"');
}

const compile = Module.prototype._compile;
Module.prototype._compile = function (source, filename, ...rest) {
  const [, change] = (typeof source === "string" && FILES.find(([pattern]) => pattern.test(filename))) || [];
  if (change) {
    const changed = change(source);
    if (changed !== null) return compile.call(this, changed, filename, ...rest);
    if (process.env.JSII_DEBUG) console.error(`queuesmith: ${filename} is not as expected, so it is loaded unchanged`);
  }
  return compile.call(this, source, filename, ...rest);
};
