// The Node side of jsii in one process: Python starts this in place of jsii's own runtime, which starts a second Node for the
// program and hands every message on (stacks/jsii_runtime.py says when). The program is jsii's own, QUEUESMITH_JSII_PROGRAM,
// run where it lies: there, and with the packages in jsii's cache instead of behind links in a new temporary folder, Node's
// compile cache finds them again.
"use strict";
const fs = require("node:fs");
const { Module } = require("node:module");
const path = require("node:path");
const { Writable } = require("node:stream");

const program = process.env.QUEUESMITH_JSII_PROGRAM;

/** What is written to stdout or stderr goes to Python in lines of JSON, as jsii's runtime does it: stdout is for messages. */
function forward(name) {
  const write = (chunk, _encoding, done) => {
    fs.writeSync(2, `${JSON.stringify({ [name]: chunk.toString("base64") })}\n`);
    done();
  };
  Object.defineProperty(process, name, { configurable: true, value: new Writable({ decodeStrings: true, write }) });
}

/** jsii puts links to its packages into a new folder; a package that needs another finds it there. */
function findPackagesIn(folder) {
  const before = process.env.NODE_PATH;
  process.env.NODE_PATH = [path.join(folder, "node_modules"), before].filter(Boolean).join(path.delimiter);
  Module._initPaths();
  if (before === undefined) delete process.env.NODE_PATH;
  else process.env.NODE_PATH = before;
}

const makeFolder = fs.mkdtempSync;
fs.mkdtempSync = function mkdtempSync(prefix, ...rest) {
  const folder = makeFolder.call(this, prefix, ...rest);
  if (path.basename(String(prefix)) === "jsii-kernel-") findPackagesIn(folder);
  return folder;
};

// cdktf notes for every token where it was made, in frames of jsii's that hold no line of Python: a third of its time.
const noteStack = Error.captureStackTrace;
Error.captureStackTrace = function captureStackTrace(object, below) {
  if (Error.stackTraceLimit !== Number.MAX_SAFE_INTEGER) noteStack(object, below);
};

forward("stdout");
forward("stderr");
process.execArgv.push("--preserve-symlinks"); // with it jsii links a package, without it copies every file

const main = new Module(program, null);
main.filename = program;
main.paths = [];
main._compile(
  fs
    .readFileSync(program, "utf8")
    .replace("readFD:3,writeFD:3", "readFD:0,writeFD:1")
    .replace('"runtime-index-worker.js"', '"lib__runtime-index-worker.js"'),
  program,
);
