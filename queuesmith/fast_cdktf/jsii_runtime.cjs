// The Node side of jsii in one process: Python starts this in place of jsii's own runtime, which starts a second Node for the
// program and hands every message on (queuesmith/fast_cdktf/jsii_runtime.py says when). The program is jsii's own, QUEUESMITH_JSII_PROGRAM,
// run where it lies. Its messages come in and go out by the two file descriptors of QUEUESMITH_JSII_CHANNEL, so that stdout
// and stderr stay what they are everywhere.
"use strict";
const fs = require("node:fs");
const { Module } = require("node:module");
const path = require("node:path");

const program = process.env.QUEUESMITH_JSII_PROGRAM;
const [read, write] = process.env.QUEUESMITH_JSII_CHANNEL.split(",").map(Number);

// jsii loads its packages through links in a new temporary folder. Under the names of what they lead to, Node's compile
// cache finds them again; which packages they find is up to the links, as before.
const LINKED = `${path.sep}jsii-kernel-`;
const compile = Module.prototype._compile;
Module.prototype._compile = function (source, filename, ...rest) {
  const name = filename.includes(LINKED) ? fs.realpathSync.native(filename) : filename;
  return compile.call(this, source, name, ...rest);
};

// cdktf notes for every token where it was made, in frames of jsii's that hold no line of Python: a third of its time.
const noteStack = Error.captureStackTrace;
Error.captureStackTrace = function captureStackTrace(object, below) {
  if (Error.stackTraceLimit !== Number.MAX_SAFE_INTEGER) noteStack(object, below);
};

const main = new Module(program, null);
main.filename = program;
main.paths = [];
main._compile(
  fs
    .readFileSync(program, "utf8")
    .replace("readFD:3,writeFD:3", `readFD:${read},writeFD:${write}`)
    .replace('"runtime-index-worker.js"', '"lib__runtime-index-worker.js"'),
  program,
);
