// A Node process that holds one candidate of hits.mjs and times as many hits as its parent asks for.
import { prepare } from './hits.mjs';

const name = process.argv[2];
const { createClerkClient } = name === 'ours' || name === 'fields' ? await import('../../pkg/node.js') : {};
const run = await prepare(name, createClerkClient);

process.on('message', async (n) => {
  const begun = performance.now();
  await run(n);
  process.send(performance.now() - begun);
});
process.on('disconnect', () => process.exit(0));
process.send('ready');
