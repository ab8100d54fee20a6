// A Worker that runs one case of crossings.mjs at a time; its caller holds the clock.
import * as glue from './boundary_bg.js';
import module from './boundary_bg.wasm';
import { crossings } from '../lib/crossings.mjs';

const { exports } = new WebAssembly.Instance(module, { './boundary_bg.js': glue });
glue.__wbg_set_wasm(exports);
exports.__wbindgen_start();

const cases = crossings(glue, exports.memory);

export default {
  async fetch(request) {
    const { searchParams } = new URL(request.url);
    await cases[Number(searchParams.get('case'))].run(Number(searchParams.get('n')));
    return new Response('done');
  },
};
