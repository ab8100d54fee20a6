// A Worker that holds one candidate of hits.mjs. Its clock stands still while it computes, so the caller times it.
import { prepare } from '../lib/hits.mjs';
import { createClerkClient } from 'clerk-edge';

let run;

export default {
  async fetch(request, env) {
    run ??= await prepare(env.CANDIDATE, createClerkClient);
    return new Response(String(await run(Number(new URL(request.url).searchParams.get('n')))));
  },
};
