// A process of Node or Deno that holds one candidate of verifiers.mjs: a line `mode n` in, how long it took in ms out.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { prepare } from './verifiers.mjs';

const [name, file] = process.argv.slice(2);
const loader = globalThis.Deno ? 'deno' : 'node';
const { createClerkClient } = name.endsWith(':ours') ? await import(`../../pkg/${loader}.js`) : {};
const run = await prepare(name, JSON.parse(readFileSync(file, 'utf8')), createClerkClient);

console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const [mode, n] = line.split(' ');
  const begun = performance.now();
  await run(mode, Number(n));
  console.log(String(performance.now() - begun));
}
