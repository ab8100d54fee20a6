/** What a host's own build does with the package's wasm imports, as esbuild plugins. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Leaves `.wasm` imports to workerd, which takes them as modules. `modules()` lists what was found. */
export function wasmForWorkerd() {
  const found = new Map();
  const plugin = {
    name: 'wasm modules',
    setup({ onResolve }) {
      onResolve({ filter: /\.wasm$/ }, ({ path: name, resolveDir }) => {
        const file = path.resolve(resolveDir, name);
        if (!existsSync(file)) return { errors: [{ text: `${file} is not there` }] };
        found.set(path.basename(file), readFileSync(file));
        return { path: path.basename(file), external: true };
      });
    },
  };
  return { plugin, modules: () => [...found].map(([name, body]) => ({ name, body })) };
}

/** `import module from 'x.wasm?module'` becomes a global to start the runtime with, as Vercel's build does it. */
export function wasmForEdge() {
  const found = {};
  const plugin = {
    name: 'wasm?module',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /\.wasm\?module$/ }, ({ path: name, resolveDir }) => ({
        path: path.resolve(resolveDir, name.replace(/\?module$/, '')), namespace: 'wasm',
      }));
      onLoad({ filter: /./, namespace: 'wasm' }, ({ path: file }) => {
        const name = `wasm_${Object.keys(found).length}`;
        found[name] = new WebAssembly.Module(readFileSync(file));
        return { contents: `export default ${name};` };
      });
    },
  };
  return { plugin, globals: () => found };
}
