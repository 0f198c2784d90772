"use strict";
// Loaded into Node before the Playground (node --require), which has no setting for this and would listen on every
// interface of the machine: whatever TCP server the process opens listens on 127.0.0.1, whichever host was asked for.
const net = require("node:net");

const LOOPBACK = "127.0.0.1";
const listen = net.Server.prototype.listen;

const isPort = (value) => typeof value === "number" || (typeof value === "string" && /^\d+$/.test(value));
const isTcp = (options) => options.path === undefined && options.fd === undefined && options.handle === undefined;

net.Server.prototype.listen = function listenOnLoopback(...args) {
  const [first, ...rest] = args;
  if (first !== null && typeof first === "object" && isTcp(first) && !("_handle" in first)) {
    return listen.call(this, { ...first, port: first.port ?? 0, host: LOOPBACK }, ...rest);
  }
  if (isPort(first)) {
    const others = typeof rest[0] === "string" || rest[0] === undefined || rest[0] === null ? rest.slice(1) : rest;
    return listen.call(this, first, LOOPBACK, ...others);
  }
  if (first === undefined || first === null || typeof first === "function") {
    return listen.call(this, 0, LOOPBACK, ...args.filter((argument) => typeof argument === "function"));
  }
  return listen.apply(this, args); // a pipe or an open handle: nothing that another machine could reach
};
