// The Worker's entry. scripts/bundle-worker.mjs puts it in the place of the one that worker-build writes, which makes a
// class instance and three proxies of every request (10 % of a hit) and offers every exported function to callers of a
// service binding. What that one does after a panic this one does too: a fresh instance for the next request.
import * as wasm from './index.js';

const state = wasm.__worker_init_state();

function note(error) {
  if (error instanceof WebAssembly.RuntimeError) {
    console.error('Critical', error);
    state.criticalError = true;
  }
}

addEventListener('error', (event) => note(event.error));

export default {
  fetch(request, env, context) {
    if (state.criticalError) {
      console.log('Reinitializing Wasm application');
      wasm.__wbg_reset_state();
      state.criticalError = false;
      state.instanceId++;
    }
    try {
      return wasm.fetch(request, env, context);
    } catch (error) {
      note(error);
      throw error;
    }
  },
};
