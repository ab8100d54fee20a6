/** Runs the simulator until SIGINT or SIGTERM: `node tests/clerk-sim/main.mjs [--port 8788] [--users 1000]`. */
import { parseArgs } from "node:util";
import { DEFAULT_LIVE_SECRET_KEY, DEFAULT_PORT, DEFAULT_SECRET_KEY, startSim } from "./sim.mjs";

const HELP = `A local stand-in for Clerk's Backend API. See tests/clerk-sim/README.md.

  node tests/clerk-sim/main.mjs [options]

  --port <port>    where to listen on 127.0.0.1; 0 takes a free port (default: SIM_PORT or ${DEFAULT_PORT})
  --users <n>      users to seed in every instance, 0 to 100000 (default: 1000)
  --help           this text

Any well-formed secret key opens an instance of its own. Documented ones:
  ${DEFAULT_SECRET_KEY}   (test: 100 requests in 10 s)
  ${DEFAULT_LIVE_SECRET_KEY}   (live: 1,000 requests in 10 s)
`;

const settings = readArguments();
if (settings.help) process.stdout.write(HELP);
else await run(settings);

async function run(options) {
  const { port, users } = options;
  const sim = await startSim({ port, users }).catch((error) => fail(explain(error, port)));
  process.stdout.write(`clerk-sim listening on ${sim.url}\n`);
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => sim.close().then(() => process.exit(0)));
  }
}

function readArguments() {
  const options = { port: { type: "string" }, users: { type: "string" }, help: { type: "boolean", short: "h" } };
  try {
    const { values } = parseArgs({ options });
    const port = wholeNumber("port", values.port ?? process.env.SIM_PORT ?? String(DEFAULT_PORT), 65_535);
    return { help: values.help, port, users: wholeNumber("users", values.users ?? "1000", 100_000) };
  } catch (error) {
    return fail(error.message);
  }
}

function wholeNumber(name, text, most) {
  if (/^\d{1,6}$/.test(text) && Number(text) <= most) return Number(text);
  throw new Error(`--${name}: a whole number from 0 to ${most} is expected, not "${text}"`);
}

function explain(error, port) {
  if (error.code === "EADDRINUSE") return `port ${port} is in use; give another one with --port or SIM_PORT`;
  if (error.code === "EACCES") return `port ${port} is not allowed; give another one with --port or SIM_PORT`;
  return error.message;
}

function fail(message) {
  process.stderr.write(`clerk-sim: ${message}\n`);
  process.exit(1);
}
