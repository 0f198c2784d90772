"use strict";
// Loaded into Node before the Playground: its standard input is a pipe from the demo that nobody writes to. When the
// demo is gone, even killed, the pipe closes, and the Playground ends instead of staying behind.
process.stdin.on("end", () => process.exit(0));
process.stdin.on("error", () => process.exit(0));
process.stdin.resume();
